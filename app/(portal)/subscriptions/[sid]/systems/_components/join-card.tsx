import Link from "next/link";
import { Card, CardHeader } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";

/** How a Linux machine joins: the script makes the key there, and asks. */
export function JoinCard({ subscriptionId, portalUrl }: { subscriptionId: string; portalUrl: string }) {
  const commands = `curl -fsS ${portalUrl}/api/join-system -o join.sh\nsudo sh join.sh`;
  return (
    <Card aria-labelledby="join-title" className="mt-6">
      <CardHeader
        title="Connect a system"
        titleId="join-title"
        description={
          <>
            On the system, as root. The script needs <code className="code-text">curl</code>, <code className="code-text">wg</code> and <code className="code-text">ip</code>, and asks for the API key, which is on the page{" "}
            <Link href={`/subscriptions/${subscriptionId}/service`} className="text-accent underline">
              Service
            </Link>
            .
          </>
        }
      />
      <div className="flex items-start gap-2 px-4 py-4 sm:px-5">
        <pre className="code-text min-w-0 flex-1 rounded-lg bg-sunken px-3 py-2.5 break-all whitespace-pre-wrap">{commands}</pre>
        <CopyButton text={commands} what="commands" />
      </div>
      <p className="border-t border-line px-4 py-3 text-sm text-muted sm:px-5">It makes the private key on the system, where it stays, and waits here until somebody approves it. Its public key is shown there and here: they must be the same.</p>
    </Card>
  );
}
