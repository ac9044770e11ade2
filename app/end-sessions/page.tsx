import type { Metadata } from "next";
import { BareShell } from "@/app/_components/shell-bare";
import { signInOptions } from "@/lib/auth/sign-in-options";
import { publicPage } from "@/lib/http/page";
import { EndSessions } from "./_components/end-sessions";

export const metadata: Metadata = { title: "End all sessions" };

/** From mails that say "if this wasn't you". What the link carries is read in the browser: the part after "#" is never sent here. */
export default publicPage(async () => (
  <BareShell>
    <EndSessions passwordLogin={signInOptions().password} />
  </BareShell>
));
