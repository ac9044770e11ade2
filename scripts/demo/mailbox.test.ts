import { createTransport } from "nodemailer";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Mailbox, type ReceivedMail, startMailbox } from "@/scripts/demo/mailbox";

let mailbox: Mailbox;

beforeEach(async () => {
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0 });
});
afterEach(() => mailbox.stop());

async function send(mail: { to: string; subject: string; text?: string; html?: string; headers?: Record<string, string>; bcc?: string }): Promise<void> {
  const transport = createTransport(mailbox.smtpUrl);
  await transport.sendMail({ from: "Portcullis <portal@portcullis.test>", ...mail });
  transport.close();
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${mailbox.url}${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

it("shows the newest mail first, by where it really went", async () => {
  await send({ to: "Ada@example.test", bcc: "copy@example.test", subject: "First", text: "Code 123456" });
  await send({ to: "zoe@example.test", subject: "Zweite ✓", text: "Für Zoë" });
  const all = await get<{ messages: ReceivedMail[]; latest: number }>("/api/messages");
  expect(all.messages.map((mail) => mail.subject)).toEqual(["Zweite ✓", "First"]);
  expect(all.latest).toBe(2);
  const toAda = await get<{ messages: ReceivedMail[] }>("/api/messages?to=ada@example.test");
  expect(toAda.messages).toMatchObject([{ id: 1, to: ["ada@example.test", "copy@example.test"], text: expect.stringContaining("Code 123456"), html: null }]);
});

it("lets a test wait for the mail that has not come yet", async () => {
  await send({ to: "ada@example.test", subject: "Old" });
  const waiting = get<ReceivedMail>("/api/messages/wait?to=ada@example.test&after=1");
  await send({ to: "somebody.else@example.test", subject: "Not this one" });
  await send({ to: "ada@example.test", subject: "New" });
  expect(await waiting).toMatchObject({ subject: "New" });
});

it("answers a wait at once when the mail is there already, and with nothing when none comes", async () => {
  await send({ to: "ada@example.test", subject: "Here" });
  expect(await get<ReceivedMail>("/api/messages/wait?to=ada@example.test")).toMatchObject({ subject: "Here" });
  expect((await fetch(`${mailbox.url}/api/messages/wait?to=nobody@example.test&timeout=20`)).status).toBe(204);
});

it("shows a mail's HTML where it can run nothing and reach nothing (T16)", async () => {
  await send({ to: "ada@example.test", subject: "<script>alert(1)</script>", html: "<p>Hello</p><script>parent.document.title='taken'</script>" });
  const response = await fetch(`${mailbox.url}/messages/1/html`);
  expect(response.headers.get("content-security-policy")).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/);
  expect(await (await fetch(`${mailbox.url}/`)).text()).not.toContain("alert(1)");
});

it("names the port and the setting when another program has it", async () => {
  const taken = Number(new URL(mailbox.smtpUrl).port);
  await expect(startMailbox({ smtpPort: taken, httpPort: 0 })).rejects.toThrow(new RegExp(`Port ${taken}.*SMTP_PORT`));
});
