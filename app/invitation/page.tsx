import type { Metadata } from "next";
import { BareShell } from "@/app/_components/shell-bare";
import { signInOptions } from "@/lib/auth/sign-in-options";
import { publicPage } from "@/lib/http/page";
import { Invitation } from "./_components/invitation";

export const metadata: Metadata = { title: "Invitation" };

/** From the mail to somebody invited. What the link carries is read in the browser: the part after "#" is never sent here. */
export default publicPage(async ({ actor }) => (
  <BareShell>
    <Invitation signedIn={actor !== null && actor.email !== null ? actor.email : null} passwordLogin={signInOptions().password} />
  </BareShell>
));
