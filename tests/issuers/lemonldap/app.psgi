use Plack::Builder;
use Lemonldap::NG::Portal::Main;

my $app = Lemonldap::NG::Portal::Main->run({});
# A web server names itself and the request line; the portal reads both.
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
