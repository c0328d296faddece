// What the server is asked, and how: with the token, which came in the fragment of the address.

const KEPT = "takeoff-token";

/** Takes the token out of the address, where others might read it over a shoulder. */
export function takeToken() {
  const found = /^#token=([0-9a-f]+)$/.exec(location.hash);
  if (found) {
    sessionStorage.setItem(KEPT, found[1]);
    history.replaceState(null, "", location.pathname + "#runs");
  }
}

export const hasToken = () => sessionStorage.getItem(KEPT) !== null;

const authorised = () => (hasToken() ? { Authorization: `Bearer ${sessionStorage.getItem(KEPT)}` } : {});

/** An answer that is none: its sentence, and what is wrong with single values. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error ?? `the server answered ${status}`);
    this.problems = answer.problems ?? [];
  }
}

async function answerOf(response) {
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** Reads something. */
export const read = async (path, signal) => answerOf(await fetch(path, { headers: authorised(), signal }));

/** Starts, stops or checks something. */
export const send = async (path, body = {}, signal) => answerOf(await fetch(path, {
  method: "POST",
  headers: { "Content-Type": "application/json", ...authorised() },
  body: JSON.stringify(body),
  signal,
}));

/** A run's name as a part of a path. */
export const inPath = (id) => id.split("/").map(encodeURIComponent).join("/");

/** Calls `heard(event, data)` for every event of a stream until it ends or `signal` says so. A stream
    that breaks off goes on after the last event that came. EventSource could not send the token. */
export async function listen(path, heard, lost, signal) {
  const stream = { last: null, retry: 1000, ended: false };
  while (!stream.ended && !signal.aborted) {
    try {
      const headers = stream.last === null ? authorised() : { ...authorised(), "Last-Event-ID": stream.last };
      const response = await fetch(path, { headers, signal, cache: "no-store" });
      if (!response.ok && response.status !== 503) throw new Refused(response.status, await response.json());
      if (response.ok) await hear(response.body, stream, heard);
    } catch (error) {
      if (signal.aborted || error instanceof Refused) throw error;
    }
    if (stream.ended || signal.aborted) return;
    lost();
    await new Promise((resolve) => setTimeout(resolve, stream.retry));
  }
}

/** Reads the events of one connection. */
async function hear(body, stream, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) hearBlock(block, stream, heard);
  }
}

function hearBlock(block, stream, heard) {
  const fields = { event: "message", data: [] };
  for (const line of block.split("\n").filter((one) => one !== "" && !one.startsWith(":"))) {
    const [name, value] = line.split(/: ?(.*)/s);
    if (name === "data") fields.data.push(value);
    else fields[name] = value;
  }
  if (fields.retry) stream.retry = Number(fields.retry);
  if (fields.event === "end") stream.ended = true;
  if (fields.data.length > 0) heard(fields.event, JSON.parse(fields.data.join("\n")));
  // Only what was heard counts as heard.
  if (fields.id !== undefined) stream.last = fields.id;
}
