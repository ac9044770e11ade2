/** What a mail's link carries, kept in this tab for as long as it takes to sign in. */
import { isToken } from "@/lib/core/ids";
import { tokenIn } from "./end-sessions";

const KEYS = { invitation: "portcullis.invitation", enrolment: "portcullis.enrolment" } as const;
/** What the link is about. */
export type KeptLink = keyof typeof KEYS;

type Tab = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** From the address, else what this tab kept. @param fragment of the address, with its "#" @returns null: the page was not opened by a link */
export function openLink(kind: KeptLink, fragment: string, tab: Tab): string | null {
  const opened = tokenIn(fragment);
  if (opened !== null) {
    tab.setItem(KEYS[kind], opened);
    return opened;
  }
  const kept = tab.getItem(KEYS[kind]) ?? "";
  return isToken(kept) ? kept : null;
}

/** It was answered, or opens nothing any more. */
export const forgetLink = (kind: KeptLink, tab: Tab): void => tab.removeItem(KEYS[kind]);
