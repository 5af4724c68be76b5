// Clients that we did not write, through the chat proxy: before, during and after windows. MALIN names the program.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import { LMStudioClient } from "@lmstudio/sdk";
import OpenAI from "openai";

import { limit, Machine, until } from "../../web/machine.mjs";

const timeout = { timeout: limit };
const brain = "dolphin-24b";
const eyes = "qwen3-vl-8b";
const filming = "filming something for you, back in a minute";
const photographing = "taking your photo, back in a sec";
// Whoever asks for her is held; for her eyes, gets an answer; and so on by route.
const proxy = `
turn_grace = "0s"
comment_interval = "1s"
away_models = { vision = "answer" }
[proxy.away_routes]
"/v1/completions" = "refuse"
"/v1/messages" = "answer"
"/v1/messages/count_tokens" = "refuse"
"/v1/responses" = "answer"
"/v1/embeddings" = "refuse"`;
let machine;
let openai;
let anthropic;
let studio;

before(async () => {
  machine = await Machine.start({ speed: 10, proxy });
  const place = `127.0.0.1:${machine.proxyPort}`;
  openai = new OpenAI({ baseURL: `http://${place}/v1`, apiKey: "none", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: `http://${place}`, apiKey: "none", maxRetries: 0 });
  studio = new LMStudioClient({ baseUrl: `ws://${place}`, verboseErrorMessages: false });
});

after(async () => {
  await studio?.[Symbol.asyncDispose]?.();
  await machine?.stop();
});

function ask(content, model = brain) {
  return { model, messages: [{ role: "user", content }] };
}

async function listen(stream) {
  let heard = "";
  for await (const { choices } of await stream) heard += choices[0].delta.content ?? "";
  return heard;
}

async function waiting() {
  return (await machine.status()).presence.waiting_since !== null;
}

// The models that are loaded, as a person would miss them if they came back otherwise.
async function residents() {
  const { lmstudio } = await machine.state();
  const kept = ({ model, identifier, config, context_length, ttl_ms, footprint, jit }) =>
    ({ model, identifier, config, context_length, ttl_ms, footprint, jit });
  return lmstudio.residents.map(kept).sort((a, b) => a.identifier.localeCompare(b.identifier));
}

async function loads() {
  return (await machine.state()).lmstudio.loads;
}

// A window that lasts until `endWindow`.
async function openWindow(kind) {
  await machine.rest();
  await machine.submit("at the sea", { steps: "5000" }, kind);
  await until("the render runs", async () => (await machine.status()).windows[0]?.phase === "rendering");
}

async function endWindow() {
  for (const { jobs } of (await machine.status()).windows) await machine.ask("DELETE", `/v1/jobs/${jobs[0]}`);
}

afterEach(endWindow); // Where a test failed in the middle of one.

function isUnavailable(error) {
  assert.equal(error.status, 503);
  assert.match(error.headers.get("retry-after"), /^\d+$/);
  assert.match(error.message, /is away: /);
  return true;
}

test("before a window she answers", timeout, async () => {
  assert.ok((await listen(openai.chat.completions.create({ ...ask("How are you?"), stream: true }))).length > 50);
});

test("in a window everyone gets what the config says, and nothing is loaded", timeout, async () => {
  const whole = await residents();
  const loaded = await loads();
  await openWindow("video");
  assert.deepEqual(await residents(), []);

  // Held. The raw one shows when the comments have come that the others get as well.
  const raw = await fetch(`${openai.baseURL}/chat/completions`,
    { method: "POST", body: JSON.stringify({ ...ask("Hello?"), stream: true }) });
  const held = [
    openai.chat.completions.create(ask("Are you there?")).then(({ choices }) => choices[0].message.content),
    listen(openai.chat.completions.create({ ...ask("And now?"), stream: true })),
    listen(openai.chat.completions.create({ ...ask("A selfie, later?"), stream: true })),
    studio.llm.model(brain).then((model) => model.respond("Do you hear me?")).then(({ content }) => content),
  ];
  await until("someone is held", waiting);
  const comments = raw.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let seen = ""; (seen.match(/: waiting for brain\n\n/g) ?? []).length < 2; ) {
    const { value, done } = await comments.read();
    assert.ok(!done, seen);
    seen += value;
  }

  // Answered.
  const seen = await openai.chat.completions.create(ask("What do you see?", eyes));
  assert.equal(seen.choices[0].message.content, filming);
  assert.equal(seen.choices[0].finish_reason, "stop");
  assert.equal(await listen(openai.chat.completions.create({ ...ask("And?", eyes), stream: true })), filming);
  const response = await openai.responses.create({ model: brain, input: "Hi" });
  assert.equal(response.output_text, filming);
  const streamed = await openai.responses.stream({ model: brain, input: "Hi" }).finalResponse();
  assert.equal(streamed.output[0].content[0].text, filming);
  const message = { ...ask("Hi"), max_tokens: 100 };
  assert.equal((await anthropic.messages.create(message)).content[0].text, filming);
  assert.equal(await anthropic.messages.stream(message).finalText(), filming);

  // Refused.
  await assert.rejects(openai.completions.create({ model: brain, prompt: "Hi" }), (error) => {
    assert.ok(error instanceof OpenAI.InternalServerError);
    assert.equal(typeof error.error.type, "string");
    return isUnavailable(error);
  });
  await assert.rejects(anthropic.messages.countTokens(ask("Hi")), (error) => {
    assert.ok(error instanceof Anthropic.InternalServerError);
    assert.equal(error.error.type, "error");
    return isUnavailable(error);
  });
  // It would be loaded on top of the render.
  const strange = openai.embeddings.create({ model: "nomic-embed-text-v1.5", input: "x", encoding_format: "float" });
  await assert.rejects(strange, isUnavailable);

  // What asks for nobody passes.
  assert.ok((await openai.models.list()).data.length > 0);

  assert.deepEqual(await residents(), []);
  assert.equal(await loads(), loaded);
  await endWindow();
  for (const answer of await Promise.all(held)) {
    assert.ok(answer.length > 30, answer);
    assert.doesNotMatch(answer, /SELFIE/);
  }
  await comments.cancel();
  await machine.rest(); // With the selfie that was asked for while she was away.
  assert.deepEqual(await residents(), whole);
});

test("who is not away is not kept waiting, and who does not wait any longer is forgotten", timeout, async () => {
  const whole = await residents();
  await openWindow("selfie");
  const loaded = await loads();
  assert.deepEqual((await residents()).map(({ identifier }) => identifier), [brain]);
  assert.ok((await listen(openai.chat.completions.create({ ...ask("Still here?"), stream: true }))).length > 50);
  assert.ok((await (await studio.llm.model(brain)).respond("And here?")).content.length > 50);
  assert.equal(await listen(openai.chat.completions.create({ ...ask("You?", eyes), stream: true })), photographing);

  const stop = new AbortController();
  const leaving = openai.chat.completions.create(ask("Hello?", "gemma-3-4b"), { signal: stop.signal });
  await until("it is held", waiting);
  stop.abort();
  await assert.rejects(leaving, OpenAI.APIUserAbortError);
  await until("it is forgotten", async () => !(await waiting()));

  await endWindow();
  await machine.rest();
  assert.deepEqual(await residents(), whole);
  assert.equal(await loads(), loaded + 1);
});

test("whoever is held is answered though the engine dies and comes back", timeout, async () => {
  await openWindow("video");
  const held = [
    openai.chat.completions.create(ask("Are you there?")).then(({ choices }) => choices[0].message.content),
    listen(openai.chat.completions.create({ ...ask("And now?"), stream: true })),
  ];
  await until("someone is held", waiting);
  await machine.act("/lmstudio/kill");
  await endWindow();
  await until("she cannot come back", async () => (await machine.status()).line.includes("lmstudio does not answer"));
  assert.ok(await waiting());
  await machine.act("/lmstudio/revive");
  for (const answer of await Promise.all(held)) assert.ok(answer.length > 30, answer);
  await machine.rest();
});

test("after a window she answers", timeout, async () => {
  const answer = await openai.chat.completions.create(ask("How was it?"));
  assert.ok(answer.choices[0].message.content.length > 30);
  assert.ok((await (await studio.llm.model(brain)).respond("And you?")).content.length > 30);
});
