use Plack::Builder;
use Lemonldap::NG::Portal::Main;

my $app = Lemonldap::NG::Portal::Main->run({});
# The portal reads `SCRIPT_NAME` and `REQUEST_URI`, which a web server would set.
builder {
    enable sub {
        my $app = shift;
        sub {
            my $env = shift;
            $env->{SCRIPT_NAME} = '';
            $env->{REQUEST_URI} //= $env->{PATH_INFO};
            $app->($env);
        };
    };
    $app;
};
