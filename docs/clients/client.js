// Call Patronage from a page or a server, without a library.
//
// In a page: `new Patronage(url, browserKey, visitorToken)`, all three put there by your server. The token comes from
// `visitorToken` below, which belongs on the server: the secret must never reach a browser.
//
//   node docs/clients/client.js      with PATRONAGE_API, PATRONAGE_KEY and PATRONAGE_VISITOR_SECRET_VALUE set

class Patronage {
  constructor(url, key, token = "") {
    this.url = url;
    this.headers = { "x-api-key": key, "Content-Type": "application/json" };
    if (token) this.headers["x-visitor-token"] = token;
  }

  async ask(path, { query = {}, body } = {}) {
    const asked = new URLSearchParams(query).toString();
    const answer = await fetch(`${this.url}${path}${asked && "?" + asked}`, {
      method: body ? "POST" : "GET",
      headers: this.headers,
      body: body && JSON.stringify(body),
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(`${answer.status}: ${content.detail}`);
    return content;
  }

  recommendations(query = {}) {
    return this.ask("/recommendations", { query });
  }

  tell(...events) {
    return this.ask("/events", { body: { events } });
  }

  // Call it when the answer comes into view. An empty answer of a control arm counts too, without a product.
  shown(answer, where = {}) {
    const said = { event_type: "impression", recommendation_id: answer.recommendation_id, ...where };
    const events = answer.items.map((item, at) => ({ ...said, product_id: item.product_id, position: at + 1 }));
    if (answer.control) events.push(said);
    return events.length ? this.tell(...events) : undefined;
  }
}

async function visitorToken(secret, { userId, sessionId, seconds = 86400 }) {
  const { createHmac } = await import("node:crypto");
  const claims = { exp: Math.floor(Date.now() / 1000) + seconds };
  if (userId) claims.user_id = userId;
  if (sessionId) claims.session_id = sessionId;
  const signed = "v1." + Buffer.from(JSON.stringify(claims)).toString("base64url");
  return signed + "." + createHmac("sha256", secret).update(signed).digest("base64url");
}

async function main() {
  const { PATRONAGE_API, PATRONAGE_KEY, PATRONAGE_VISITOR_SECRET_VALUE } = process.env;
  const token = await visitorToken(PATRONAGE_VISITOR_SECRET_VALUE, { userId: "17850", sessionId: "s-83f1" });
  const shop = new Patronage(PATRONAGE_API, PATRONAGE_KEY, token);
  const [popular] = (await shop.recommendations({ k: 1 })).items;
  const told = await shop.tell({ event_type: "view", product_id: popular.product_id, session_id: "s-83f1" });
  console.log(told.results[0].status);
  const answer = await shop.recommendations({ user_id: "17850", k: 3, placement: "home" });
  for (const item of answer.items) {
    console.log(item.product_id, item.name, item.rung, item.reason.text);
  }
  await shop.shown(answer, { session_id: "s-83f1", placement: "home" });
}

if (typeof process !== "undefined" && process.argv[1]?.endsWith("client.js")) main();
