/** What an invitation's link carries, kept in this tab for as long as it takes to sign in. */
import { isToken } from "@/lib/core/ids";
import { tokenIn } from "./end-sessions";

const KEY = "portcullis.invitation";

type Tab = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** From the address, else what this tab kept. @param fragment of the address, with its "#" @returns null: the page was not opened by a link */
export function openInvitation(fragment: string, tab: Tab): string | null {
  const opened = tokenIn(fragment);
  if (opened !== null) {
    tab.setItem(KEY, opened);
    return opened;
  }
  const kept = tab.getItem(KEY) ?? "";
  return isToken(kept) ? kept : null;
}

/** It was answered, or opens nothing any more. */
export const forgetInvitation = (tab: Tab): void => tab.removeItem(KEY);
