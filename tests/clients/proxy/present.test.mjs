// Clients that we did not write, through the chat proxy, while everyone is here. MALIN names the program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LMStudioClient } from "@lmstudio/sdk";
import OpenAI from "openai";

import { limit, Machine, until } from "../../web/machine.mjs";

const brain = "dolphin-24b";
const timeout = { timeout: limit };
let machine;
let openai;
let studio;

// In her own time, so that a reply takes more than a second.
before(async () => {
  machine = await Machine.start({ speed: 1, proxy: 'turn_grace = "0s"' });
  const place = `127.0.0.1:${machine.proxyPort}`;
  openai = new OpenAI({ baseURL: `http://${place}/v1`, apiKey: "none", maxRetries: 0 });
  studio = new LMStudioClient({ baseUrl: `ws://${place}`, verboseErrorMessages: false });
  await machine.ask("PUT", "/v1/swap", { enabled: false }); // Jobs stay in the queue.
});

after(async () => {
  await studio?.[Symbol.asyncDispose]?.();
  await machine?.stop();
});

function ask(content) {
  return { model: brain, messages: [{ role: "user", content }] };
}

async function turns() {
  return (await machine.status()).presence.turns;
}

async function speaker() {
  return (await machine.state()).lmstudio.residents.find((one) => one.identifier === brain);
}

async function queuedPrompts() {
  return (await machine.status()).queue.map((job) => job.prompt);
}

// The words of a chat's stream, each with the time of its arrival.
async function listen(stream) {
  const heard = [];
  let finish = null;
  for await (const { choices } of stream) {
    finish ??= choices[0].finish_reason;
    if (choices[0].delta.content) heard.push({ words: choices[0].delta.content, at: performance.now() });
  }
  assert.equal(finish, "stop");
  return heard;
}

test("an answer comes whole, and is a turn while it is made", timeout, async () => {
  const answering = openai.chat.completions.create(ask("How was your day?"));
  await until("she is in a turn", async () => (await turns()) === 1);
  const answer = await answering;
  assert.equal(answer.model, brain);
  assert.ok(answer.choices[0].message.content.length > 50);
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.ok(answer.usage.completion_tokens > 10);
  await until("the turn is over", async () => (await turns()) === 0);
});

test("a stream comes word by word, as it is spoken", timeout, async () => {
  const heard = await listen(await openai.chat.completions.create({ ...ask("And tomorrow?"), stream: true }));
  assert.ok(heard.length > 20);
  for (const { words } of heard) assert.match(words, /^ ?\S+$/); // No two are glued together.
  // At 30 words a second; in one piece they would come in an instant.
  const spoken_ms = ((heard.length - 1) * 1000) / 30;
  assert.ok(heard.at(-1).at - heard[0].at > spoken_ms / 2);
});

test("tags become jobs and are not seen", timeout, async () => {
  const whole = await openai.chat.completions.create(ask("A selfie, please?"));
  const heard = await listen(await openai.chat.completions.create({ ...ask("And a video?"), stream: true }));
  const text = await openai.completions.create({ model: brain, prompt: "One more photo" });
  const stream = [];
  for await (const { choices } of await openai.completions.create({ model: brain, prompt: "A photo", stream: true })) {
    stream.push(choices[0].text);
  }
  const seen = [whole.choices[0].message.content, heard.map(({ words }) => words).join(""), text.choices[0].text,
    stream.join("")];
  for (const words of seen) {
    assert.doesNotMatch(words, /SELFIE|VIDEO|\[|\]/);
    assert.ok(words.length > 30, words);
  }
  await until("four jobs are queued", async () => (await queuedPrompts()).length === 4);
  for (const prompt of await queuedPrompts()) assert.match(prompt, /^(laughing|by a sun|on a roof|dancing|waves)/);
});

test("who leaves stops what was made for it", timeout, async () => {
  const { replies } = (await machine.state()).lmstudio;
  const stop = new AbortController();
  const stream = await openai.chat.completions.create({ ...ask("Tell me more."), stream: true });
  let heard = 0;
  for await (const chunk of stream) {
    if (heard++ > 0) continue;
    // She falls silent in the middle, so that it is not chance that she does not get to the end.
    await machine.act("/faults", { name: "lmstudio.hangs" });
    assert.equal((await speaker()).state, "generating", JSON.stringify(chunk));
    stream.controller.abort();
  }
  await until("the turn is over", async () => (await turns()) === 0);
  await machine.clearFaults();
  await until("she is quiet", async () => (await speaker()).state === "idle");
  assert.equal((await machine.state()).lmstudio.replies, replies);
});

test("an error of the server stays the server's", timeout, async () => {
  await assert.rejects(openai.chat.completions.create({ ...ask("Hello?"), model: "nobody" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
    assert.doesNotMatch(error.message, /malin/i);
    return true;
  });
});

test("what is no conversation passes too", timeout, async () => {
  const models = [];
  for await (const model of openai.models.list()) models.push(model.id);
  assert.ok(models.includes(brain));
  const answer = await openai.embeddings.create({
    model: "nomic-embed-text-v1.5", input: ["rain", "sun"], encoding_format: "float",
  });
  assert.deepEqual(answer.data.map((one) => one.embedding.length), [768, 768]);
});

test("the SDK of LM Studio speaks to her", timeout, async () => {
  const model = await studio.llm.model(brain);
  const prediction = model.respond([{ role: "user", content: "Send me a selfie!" }]);
  const fragments = [];
  for await (const { content } of prediction) {
    if (fragments.length === 0) assert.equal(await turns(), 1);
    fragments.push(content);
  }
  const result = await prediction.result();
  assert.equal(result.content, fragments.join(""));
  assert.doesNotMatch(result.content, /SELFIE|\[|\]/);
  assert.ok(fragments.length > 10);
  assert.equal(result.stats.stopReason, "eosFound");
  await until("a fifth job is queued", async () => (await queuedPrompts()).length === 5);
  await until("the turn is over", async () => (await turns()) === 0);

  const { replies } = (await machine.state()).lmstudio;
  const cut = model.respond("Tell me something long.");
  for await (const { content } of cut) if (content) await cut.cancel();
  assert.equal((await cut.result()).stats.stopReason, "userStopped");
  assert.equal((await machine.state()).lmstudio.replies, replies);
});
