// The npm package oidc-provider. FORMAT=jwt (default) or opaque sets the format of access tokens for a resource.
// Login and consent need no form: the client follows the redirects and keeps the cookies.
import { readFileSync } from 'node:fs';
import * as jose from 'jose';
import { Provider } from 'oidc-provider';

const { dependencies } = JSON.parse(readFileSync('package.json'));
const { PORT, FORMAT = 'jwt', LIFETIME = '3600' } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const SCOPES = 'files:read files:write files:admin';
const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true });
const [client, machine, introspector] = ['client', 'machine', 'introspector'].map((id) => ({ id, secret: `${id}-secret` }));
const known = ({ id, secret }) => ({ client_id: id, client_secret: secret, redirect_uris: [], response_types: [], grant_types: [] });

const provider = new Provider(issuer, {
  jwks: { keys: [{ ...(await jose.exportJWK(privateKey)), alg: 'RS256', kid: 'k1', use: 'sig' }] },
  cookies: { keys: ['a secret for tests'] },
  scopes: ['openid', ...SCOPES.split(' ')],
  clients: [
    { ...known(client), grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      application_type: 'native', redirect_uris: ['http://127.0.0.1:9/callback'] },
    { ...known(machine), grant_types: ['client_credentials'] },
    known(introspector),
  ],
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (_, { uid }) => `/login/${uid}` },
  issueRefreshToken: () => true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_, { clientId }) => clientId === introspector.id },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: SCOPES, audience: resource, accessTokenFormat: FORMAT, accessTokenTTL: Number(LIFETIME), jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/login/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const grant = new provider.Grant({ accountId: 'alice', clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  for (const resource of [params.resource].flat().filter(Boolean)) grant.addResourceScope(resource, params.scope);
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'alice' }, consent: { grantId: await grant.save() } });
  ctx.respond = false;
});
provider.listen(Number(PORT), '127.0.0.1', () => console.log(`ready: ${JSON.stringify({ server: `oidc-provider ${dependencies['oidc-provider']}`, issuer, client, machine, introspector })}`));
