// A client with its own key, to which DPoP (RFC 9449) binds its tokens. Uses the library `oauth4webapi`.

import * as oauth from "oauth4webapi";

import { allow } from "./person.mjs";

// The test servers do not use TLS.
export const local = { [oauth.allowInsecureRequests]: true };
const REDIRECT = "http://127.0.0.1:9/callback";

/** Finds the authorization server of a resource in its metadata, and returns both. */
export async function discover(resource) {
  const document = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, local));
  const issuer = new URL(document.authorization_servers[0]);
  const answer = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...local });
  return { document, server: await oauth.processDiscoveryResponse(issuer, answer) };
}

/** A user's client, which registers by itself. */
export class Keyed {
  #client;
  #refresh;
  token;

  static async register(server) {
    const keyed = new Keyed();
    keyed.server = server;
    const metadata = {
      redirect_uris: [REDIRECT],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none",
    };
    const answer = await oauth.dynamicClientRegistrationRequest(server, metadata, local);
    keyed.#client = await oauth.processDynamicClientRegistrationResponse(answer);
    keyed.handle = oauth.DPoP(keyed.#client, await oauth.generateKeyPair("ES256"));
    return keyed;
  }

  /** Asks the user to allow a scope, and gets a token for it that is bound to the key. */
  async logIn(resource, scope) {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(this.server.authorization_endpoint);
    url.search = new URLSearchParams({
      response_type: "code",
      client_id: this.#client.client_id,
      redirect_uri: REDIRECT,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      dpop_jkt: await this.handle.calculateThumbprint(),
      resource,
      scope,
      state,
    });
    const callback = oauth.validateAuthResponse(this.server, this.#client, await allow(url), state);
    const answer = await oauth.authorizationCodeGrantRequest(
      this.server, this.#client, oauth.None(), callback, REDIRECT, verifier, this.options,
    );
    return this.#keep(await oauth.processAuthorizationCodeResponse(this.server, this.#client, answer));
  }

  async refresh(options = this.options) {
    const answer = await oauth.refreshTokenGrantRequest(
      this.server, this.#client, oauth.None(), this.#refresh, options,
    );
    return this.#keep(await oauth.processRefreshTokenResponse(this.server, this.#client, answer));
  }

  /** Sends one request with a proof. The library throws if the answer has challenges. */
  send(method, url, body) {
    return oauth.protectedResourceRequest(this.token, method, url, new Headers(), body, this.options);
  }

  /** Makes a `fetch` that sends each request with the token and a proof, and retries once if a nonce is required. */
  fetch(fetch) {
    return async (url, init = {}) => {
      const send = async () => {
        const headers = new Headers(init.headers);
        await this.handle.addProof(new URL(url), headers, init.method ?? "GET", this.token);
        headers.set("authorization", `DPoP ${this.token}`);
        const answer = await fetch(url, { ...init, headers });
        this.handle.cacheNonce(answer, new URL(url));
        return answer;
      };
      const answer = await send();
      const again = answer.status === 401 && answer.headers.get("www-authenticate").includes('error="use_dpop_nonce"');
      return again ? send() : answer;
    };
  }

  get options() {
    return { DPoP: this.handle, ...local };
  }

  #keep(answer) {
    this.token = answer.access_token;
    this.#refresh = answer.refresh_token;
    return answer;
  }
}
