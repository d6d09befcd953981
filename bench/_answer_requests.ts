import type { Answers, Requests } from "./_contender.ts";

/** How each request is answered. */
export type Replies = {
  readonly [K in keyof Requests]: (request: Requests[K]) => Answers[K] | Promise<Answers[K]>;
};

/** A contender's side of the talk: reads a request a line until there are no more, and answers each with a line. */
export async function answerRequests(replies: Replies): Promise<void> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const request: Requests[keyof Requests] = JSON.parse(line);
      const reply = replies[request.ask] as (request: unknown) => unknown;
      console.log(`\n${JSON.stringify(await reply(request))}`); // V8's own output may stand in the middle of a line
    }
  }
}
