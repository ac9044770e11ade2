import type { Metadata } from "next";
import { BareShell } from "@/app/_components/shell-bare";
import { publicPage } from "@/lib/http/page";
import { Enrolment } from "./_components/enrolment";

export const metadata: Metadata = { title: "Add a client" };

/** From the mail about a client that a colleague prepared. What the link carries is read in the browser: the part after "#" is never sent here. */
export default publicPage(async ({ actor }) => (
  <BareShell>
    <Enrolment signedIn={actor !== null && actor.email !== null ? actor.email : null} />
  </BareShell>
));
