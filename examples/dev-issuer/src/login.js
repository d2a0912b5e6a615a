// Logs the user of a page in. Gets an authorization code with PKCE from the authorization server that a resource's
// metadata names.

const here = location.origin + location.pathname;
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const random = () => base64(crypto.getRandomValues(new Uint8Array(32)));

async function json(url, options) {
  const answer = await fetch(url, options);
  return answer.ok ? answer.json() : Promise.reject(new Error(`${url} answers ${answer.status}`));
}

// Goes to the consent page, as the application `name`. `metadata` is the URL of the resource's metadata. Without
// `scope`, the request is for all scopes that the metadata lists.
export async function login(name, metadata, scope) {
  const { resource, authorization_servers: [issuer], scopes_supported } = await json(metadata);
  const server = await json(`${issuer}/.well-known/oauth-authorization-server`);
  const { client_id } = await json(server.registration_endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: [here],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none",
    }),
  });
  const attempt = { issuer, token_endpoint: server.token_endpoint, client_id, resource, verifier: random(), state: random() };
  sessionStorage.setItem("attempt", JSON.stringify(attempt));
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier));
  location.assign(`${server.authorization_endpoint}?${new URLSearchParams({
    response_type: "code", client_id, redirect_uri: here, resource, scope: scope ?? scopes_supported.join(" "), state: attempt.state,
    code_challenge: base64(challenge), code_challenge_method: "S256",
  })}`);
}

// Returns the client and its first token if the authorization server has sent the browser here, and nothing otherwise.
export async function comeBack() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state")) return undefined;
  const attempt = JSON.parse(sessionStorage.getItem("attempt"));
  sessionStorage.removeItem("attempt");
  history.replaceState(null, "", here);
  if (answer.get("state") !== attempt?.state || answer.get("iss") !== attempt.issuer) throw new Error("this page did not start the login");
  if (!answer.has("code")) throw new Error(answer.get("error_description"));
  const grant = { grant_type: "authorization_code", code: answer.get("code"), redirect_uri: here, code_verifier: attempt.verifier };
  return { client: attempt, token: await take(attempt, grant) };
}

// Gets a token by a grant.
export function take(client, grant) {
  const body = new URLSearchParams({ client_id: client.client_id, resource: client.resource, ...grant });
  return json(client.token_endpoint, { method: "POST", body });
}
