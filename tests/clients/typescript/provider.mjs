// The interface that both packages require of an application. It stores the tokens, and sends the user to the consent page.

import { allow } from "./person.mjs";

/** An `OAuthClientProvider` in memory. It records each authorization request and the last response. */
export class Provider {
  asked = [];
  callback = undefined;

  redirectUrl = "http://127.0.0.1:9/callback";
  // No refresh tokens, because version 1 would react to a 403 with a refresh, which cannot add scopes.
  clientMetadata = {
    client_name: "test",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "none",
  };

  #stored = {};
  #state;

  state = () => (this.#state = crypto.randomUUID());
  clientInformation = () => this.#stored.client;
  saveClientInformation = (client) => void (this.#stored.client = client);
  tokens = () => this.#stored.tokens;
  saveTokens = (tokens) => void (this.#stored.tokens = tokens);
  codeVerifier = () => this.#stored.verifier;
  saveCodeVerifier = (verifier) => void (this.#stored.verifier = verifier);
  discoveryState = () => this.#stored.discovery;
  saveDiscoveryState = (discovery) => void (this.#stored.discovery = discovery);

  async redirectToAuthorization(url) {
    this.asked.push(Object.fromEntries(url.searchParams));
    this.callback = await allow(url);
    if (this.callback.get("state") !== this.#state) throw new Error("the answer belongs to another request");
  }
}
