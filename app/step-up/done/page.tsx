import type { Metadata } from "next";
import { BareShell } from "@/app/_components/shell-bare";
import { page } from "@/lib/http/page";
import { BackFromProvider } from "./_components/back-from-provider";

export const metadata: Metadata = { title: "Signed in once more" };

/** Where the provider's window comes back to. */
export default page("account.security", async ({ searchParams }) => (
  <BareShell>
    <BackFromProvider error={searchParams.error ?? null} />
  </BareShell>
));
