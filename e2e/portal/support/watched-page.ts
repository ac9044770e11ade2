/** A page that is watched from its first request on: whatever goes wrong in it, or leaves for elsewhere, fails the test. */
import type { Page, Request } from "@playwright/test";

export interface SentRequest {
  method: string;
  url: string;
  body: string;
  headers: Record<string, string>;
}

export interface Watch {
  /** Errors in the console (violations of the content security policy among them), uncaught errors, requests to elsewhere. */
  problems: string[];
  /** Every request that the page made. */
  requests: SentRequest[];
  /** Lets errors pass that the test provokes, such as the console's line for a refused request. */
  expect: (...patterns: RegExp[]) => void;
}

/** @param origins where the page may send requests */
export function watchPage(page: Page, origins: string[]): Watch {
  const expected: RegExp[] = [];
  const problems: string[] = [];
  const requests: SentRequest[] = [];
  const note = (problem: string) => {
    if (!expected.some((pattern) => pattern.test(problem))) problems.push(problem);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => note(`uncaught: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    requests.push(sent(request));
    const url = request.url();
    if (!origins.some((origin) => url.startsWith(`${origin}/`)) && !/^(?:data|blob|about):/.test(url)) note(`request to elsewhere: ${url}`);
  });
  return { problems, requests, expect: (...patterns) => void expected.push(...patterns) };
}

function sent(request: Request): SentRequest {
  return { method: request.method(), url: request.url(), body: request.postDataBuffer()?.toString("latin1") ?? "", headers: request.headers() };
}
