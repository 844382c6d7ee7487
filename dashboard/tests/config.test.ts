import { describe, expect, it } from "vitest";
import { checkConfig, loadConfig } from "../src/config.ts";

const good = { api: "https://a/prod/api/v1/", client_id: "c", user_pool_id: "r_p", cognito: "https://c", is_local: false };

describe("the run-time configuration", () => {
  it("is taken as the stack wrote it", () => expect(checkConfig(good)).toEqual({ ...good, api: "https://a/prod/api/v1" }));
  it("names the field that is missing, and what to do", () => expect(() => checkConfig({ ...good, client_id: "" })).toThrow('/config.json says "" for client_id, which must be a text; deploy the dashboard again'));
  it.each([null, [], "x"])("is no %j", (found) => expect(() => checkConfig(found)).toThrow("no JSON object"));
  it("says what the file answered", async () => {
    await expect(loadConfig(async () => new Response("", { status: 403 }))).rejects.toThrow("answers 403");
    await expect(loadConfig(async () => new Response("<html>"))).rejects.toThrow("is no JSON");
  });
});
