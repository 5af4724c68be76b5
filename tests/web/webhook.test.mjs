// The webhook, as a receiver that we did not write checks it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { Webhook } from "standardwebhooks";

import { limit, Machine, until } from "./harness.mjs";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

test("her eyes are told of every change, signed, and again when it was not taken", { timeout: 4 * limit }, async () => {
  const glows = [];
  let refusals = 1;
  const server = createServer(async (request, answer) => {
    let body = "";
    for await (const piece of request) body += piece;
    const told = new Webhook(secret).verify(body, request.headers);
    if (refusals-- > 0) return answer.writeHead(503).end();
    assert.equal(told.type, "glow.changed");
    glows.push(told.data.glow);
    answer.writeHead(204).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const webhook = { url: `http://127.0.0.1:${server.address().port}/glow`, secret };
  const machine = await Machine.start({ speed: 10, webhook });
  try {
    await until("green is told", () => glows.at(-1) === "green");
    await machine.submit("glowing", { steps: "4" });
    await until("amber is told", () => glows.includes("amber"));
    await until("green is told again", () => glows.at(-1) === "green");
    await machine.act("/faults", { name: "lmstudio.load.fails" });
    await machine.act("/lmstudio/eject", { identifier: "qwen3-vl-8b" });
    await until("red is told", () => glows.at(-1) === "red");
    await machine.clearFaults();
    await until("green is told at last", () => glows.at(-1) === "green");
    for (let i = 1; i < glows.length; ++i) assert.notEqual(glows[i], glows[i - 1]);
  } finally {
    await machine.stop();
    server.close();
  }
});
