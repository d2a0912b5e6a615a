// The npm package better-auth with @better-auth/oauth-provider. A token requested with `resource` is a JWT. Every other
// token is opaque, and only the client that received it can introspect it.
// A login needs no form: the client follows the redirects and keeps the cookies.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';

const { dependencies } = JSON.parse(readFileSync('package.json'));
const { PORT, RESOURCES, LIFETIME = '3600' } = process.env;
const origin = `http://127.0.0.1:${PORT}`;
const issuer = `${origin}/api/auth`;
const scopes = ['files:read', 'files:write', 'files:admin'];
const alice = { name: 'Alice', email: 'alice@example.com', password: 'a password for tests' };
const options = {
  baseURL: origin,
  secret: 'a secret for tests, of more than 32 characters',
  database: new DatabaseSync(':memory:'),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  disabledPaths: ['/token'],
  logger: { level: 'error' },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/login', consentPage: '/consent', scopes: ['openid', 'offline_access', ...scopes],
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
      resources: RESOURCES.split(' '), enforcePerClientResources: false, clientPrivileges: () => true,
      accessTokenExpiresIn: Number(LIFETIME), m2mAccessTokenExpiresIn: Number(LIFETIME),
    }),
  ],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
await auth.api.signUpEmail({ body: alice });
const signIn = () => auth.api.signInEmail({ body: alice, asResponse: true });
const handle = toNodeHandler(auth);

const server = createServer(async (req, res) => {
  const { pathname, search } = new URL(req.url, origin);
  if (pathname !== '/login') return handle(req, res);
  const cookies = (await signIn()).headers.getSetCookie();
  res.writeHead(302, { location: `${issuer}/oauth2/authorize${search}`, 'set-cookie': cookies }).end();
});
server.listen(Number(PORT), '127.0.0.1', async () => {
  const cookie = (await signIn()).headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const register = async (body) => {
    const client = await auth.api.adminCreateOAuthClient({
      headers: new Headers({ cookie, origin }),
      body: { token_endpoint_auth_method: 'client_secret_basic', ...body },
    });
    return { id: client.client_id, secret: client.client_secret };
  };
  const client = await register({
    grant_types: ['authorization_code', 'refresh_token'], redirect_uris: ['http://127.0.0.1:9/callback'], application_type: 'native', skip_consent: true,
  });
  const machine = await register({ grant_types: ['client_credentials'], client_credentials_scopes: scopes });
  console.log(`ready: ${JSON.stringify({ server: `better-auth ${dependencies['better-auth']}`, issuer, client, machine, introspector: client })}`);
});
