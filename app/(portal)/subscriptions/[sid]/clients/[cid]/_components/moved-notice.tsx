import Link from "next/link";
import { buttonClass } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import type { ClientView } from "@/lib/usecases/views";

/** The instance went to another gateway, which the machine's file doesn't know of. */
export function MovedNotice({ subscriptionId, client }: { subscriptionId: string; client: ClientView }) {
  if (!client.needsNewFile) return null;
  return (
    <Notice
      tone="warn"
      className="mb-6"
      title="This machine needs a new file"
      actions={
        client.mayReplaceKey ? (
          <Link href={`/subscriptions/${subscriptionId}/clients/${client.id}/replace-key`} className={buttonClass("primary", "md", "w-full sm:w-auto")}>
            Replace key
            <LinkPending />
          </Link>
        ) : undefined
      }
    >
      The instance moved to the gateway {client.gateway.name}, so the file that the machine has doesn’t connect any more. {client.mayReplaceKey ? "Replacing the key makes a new one; name and addresses stay." : `${client.ownerEmail} gets a new one by replacing the key.`}
    </Notice>
  );
}
