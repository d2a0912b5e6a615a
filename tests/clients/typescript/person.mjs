// The user at the browser, who allows everything on the consent page.

/** Opens the consent page, allows everything on it, and returns the query with which the browser returns. */
export async function allow(authorizationUrl) {
  const page = await (await fetch(authorizationUrl)).text();
  const [, request] = page.match(/name="request" value="([^"]+)"/) ?? [];
  if (request === undefined) throw new Error(`no consent page: ${page}`);
  const ticked = [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => ["scope", scope]);
  const body = new URLSearchParams([["request", request], ["decision", "allow"], ...ticked]);
  const decided = await fetch(new URL("/consent", authorizationUrl), { method: "POST", body, redirect: "manual" });
  return new URL(decided.headers.get("location")).searchParams;
}
