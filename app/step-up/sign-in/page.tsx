import type { Metadata } from "next";
import { BareShell } from "@/app/_components/shell-bare";
import { page } from "@/lib/http/page";
import { LeaveForProvider } from "./_components/leave-for-provider";

export const metadata: Metadata = { title: "Sign in once more" };

/** The window that an approval opens. Which one it is for stands behind the "#". */
export default page("account.security", async () => (
  <BareShell>
    <LeaveForProvider />
  </BareShell>
));
