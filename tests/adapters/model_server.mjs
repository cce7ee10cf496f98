// A language model with real weights behind an OpenAI-compatible address, for the tests. Prints its port once it listens.
// node model_server.mjs WEIGHTS.gguf (run from the folder whose node_modules holds node-llama-cpp)
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const found = createRequire(`${process.cwd()}/`).resolve("node-llama-cpp");
const { getLlama, LlamaChatSession } = await import(pathToFileURL(found));
const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createContext({ contextSize: 2048 });

async function answer(asked) {
  const grammar = await llama.createGrammarForJsonSchema(asked.response_format.json_schema.schema);
  const sequence = context.getSequence();
  const [system, user] = asked.messages.map((message) => message.content);
  const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: system });
  const content = await session.prompt(user, { grammar, temperature: asked.temperature, maxTokens: asked.max_tokens });
  const usage = { prompt_tokens: sequence.tokenMeter.usedInputTokens, completion_tokens: sequence.tokenMeter.usedOutputTokens };
  session.dispose();
  sequence.dispose();
  return { model: asked.model, choices: [{ message: { role: "assistant", content } }], usage };
}

const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(await answer(JSON.parse(body))));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
