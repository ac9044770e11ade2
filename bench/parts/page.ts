/** A page of a subscription, open in a browser: it holds the event stream, and asks for a client when it is told that it changed. */
import { get, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { send } from "@/bench/parts/browser";
import type { Person } from "@/bench/parts/people";
import type { Portal } from "@/bench/parts/portal";
import type { ClientView } from "@/lib/usecases/views";

export interface OpenPage {
  /** When the page shows that the gateway has confirmed the client's latest change, as Date.now(). Ask before the change. */
  confirmed(clientId: string): Promise<number>;
  close(): void;
}

export async function openPage(portal: Portal, person: Person, subscriptionId: string): Promise<OpenPage> {
  const waiting = new Map<string, (at: number) => void>();
  const request = get(`${portal.origin}/api/v1/subscriptions/${subscriptionId}/events`, { headers: { cookie: person.cookie }, agent: false });
  const response = await new Promise<IncomingMessage>((settle, refuse) => request.once("response", settle).once("error", refuse));
  if (response.statusCode !== 200) throw new Error(`The event stream answered ${response.statusCode}.`);

  const look = async (clientId: string) => {
    const { body } = await send<ClientView>(portal, person, "GET", `/api/v1/subscriptions/${subscriptionId}/clients/${clientId}`);
    if (body.state !== "revoked" || body.enforcement.status !== "confirmed") return;
    waiting.get(clientId)?.(Date.now());
    waiting.delete(clientId);
  };
  let event = "";
  const lines = createInterface(response);
  // Ending the stream from this side is an error to all three.
  for (const part of [request, response, lines]) part.on("error", () => undefined);
  lines.on("line", (line) => {
    if (line.startsWith("event: ")) event = line.slice(7);
    if (!line.startsWith("data: ") || event !== "client") return;
    const { clientId } = JSON.parse(line.slice(6)) as { clientId: string };
    if (waiting.has(clientId)) look(clientId).catch((error: unknown) => console.error(error));
  });
  return {
    confirmed: (clientId) => new Promise((settle) => waiting.set(clientId, settle)),
    close: () => void request.destroy(),
  };
}
