# Writes the settings of LemonLDAP::NG, based on the default settings of its package.
use strict;
use warnings;
use JSON;

my ($dir, $origin) = @ENV{qw(STATE ORIGIN)};
my ($resource) = split / /, $ENV{RESOURCES};

sub content {
    my ($path) = @_;
    local $/;
    open my $file, '<', $path or die "$path: $!";
    return <$file>;
}

my $settings = decode_json(content('/var/lib/lemonldap-ng/conf/lmConf-1.json'));
%$settings = (
    %$settings,
    cfgNum => 1,
    portal => "$origin/",
    domain => '127.0.0.1',
    securedCookie => 0,
    # Alice logs in with a request, without the portal's form.
    requireToken => 0,
    registerDB => 'Null',
    portalDisplayResetPassword => 0,
    issuerDBOpenIDConnectActivation => 1,
    oidcServiceAllowAuthorizationCodeFlow => 1,
    oidcServiceAllowOnlyDeclaredScopes => 0,
    oidcServiceKeyIdSig => 'k1',
    oidcServicePrivateKeySig => content("$dir/key"),
    oidcServicePublicKeySig => content("$dir/public"),
    globalStorageOptions => {
        Directory => "$dir/sessions", LockDirectory => "$dir/sessions/lock",
        generateModule => 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
    },
    persistentStorageOptions => { Directory => "$dir/psessions", LockDirectory => "$dir/psessions/lock" },
    localSessionStorageOptions => { namespace => 's', cache_root => "$dir/cache", default_expires_in => 600 },
);
# The server ignores `resource`, so the client `other` gets the tokens for the other resource.
my %audiences = (client => $resource, machine => $resource, introspector => $resource, other => 'https://other.example.com/mcp');
for my $id (keys %audiences) {
    $settings->{oidcRPMetaDataOptions}{$id} = {
        oidcRPMetaDataOptionsClientID => $id,
        oidcRPMetaDataOptionsClientSecret => "$id-secret",
        oidcRPMetaDataOptionsAllowClientCredentialsGrant => 1,
        oidcRPMetaDataOptionsAccessTokenJWT => $ENV{FORMAT} eq 'jwt' ? 1 : 0,
        oidcRPMetaDataOptionsAccessTokenSignAlg => 'RS256',
        oidcRPMetaDataOptionsAccessTokenExpiration => $ENV{LIFETIME} || 3600,
        oidcRPMetaDataOptionsAdditionalAudiences => $audiences{$id},
        oidcRPMetaDataOptionsIDTokenSignAlg => 'RS256',
        oidcRPMetaDataOptionsBypassConsent => 1,
        oidcRPMetaDataOptionsRedirectUris => 'http://127.0.0.1:9/callback',
    };
    $settings->{oidcRPMetaDataExportedVars}{$id} = {};
}
open my $file, '>', "$dir/conf/lmConf-1.json" or die $!;
print $file encode_json($settings);
close $file or die $!;
