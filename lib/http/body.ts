import type { z } from "zod";
import { PortcullisError } from "@/lib/core/errors";

/**
 * Reads and parses a JSON body, never holding more than `maxBytes` of it. @throws body_too_large, bad_request naming the field
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>, maxBytes: number): Promise<T> {
  const parsed = schema.safeParse(parseJson(await readText(request, maxBytes)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new PortcullisError("bad_request", field === "" ? "That request is not of the expected shape." : `The field "${field}" is missing or not as expected.`, { field });
}

/** A form that is encoded as in a URL, of at most `maxBytes`. @throws body_too_large, bad_request */
export async function readForm(request: Request, maxBytes: number): Promise<URLSearchParams> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new PortcullisError("bad_request", "That request is not a form that is encoded as application/x-www-form-urlencoded.");
  return new URLSearchParams(await readText(request, maxBytes));
}

/** A JSON body, whatever it holds. @throws body_too_large, bad_request */
export const readJson = async (request: Request, maxBytes: number): Promise<unknown> => parseJson(await readText(request, maxBytes));

/** Never holds more than `maxBytes` of it. @throws body_too_large, bad_request */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () => new PortcullisError("body_too_large", `That request is too large: at most ${maxBytes} bytes are taken.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new PortcullisError("bad_request", "That request broke off before its end.");
    });
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new PortcullisError("bad_request", "That request is not valid JSON.");
  }
}
