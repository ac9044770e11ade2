import Link from "next/link";
import { buttonClass } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import { DateTime } from "@/lib/ui/relative-time";
import type { ClientView } from "@/lib/usecases/views";

/** Two machines were seen on this client's config: when, where from, and the way to end it. */
export function SharedNotice({ subscriptionId, client }: { subscriptionId: string; client: ClientView }) {
  const { shared } = client;
  if (!shared) return null;
  const [one, other] = shared.networks;
  return (
    <Notice
      tone="bad"
      className="mb-6"
      title="Two machines use this config"
      actions={
        client.mayReplaceKey && !client.keyHandover ? (
          <Link href={`/subscriptions/${subscriptionId}/clients/${client.id}/replace-key`} className={buttonClass("primary", "md", "w-full sm:w-auto")}>
            Replace key
            <LinkPending />
          </Link>
        ) : undefined
      }
    >
      <p className="wrap-anywhere">
        The gateway saw it in use in two places at the same time{one !== undefined && other !== undefined && <>: <span className="code-text">{one}</span> and <span className="code-text">{other}</span></>}. First <DateTime iso={shared.detectedAt} />
        {shared.lastAt !== shared.detectedAt && (
          <>
            , last <DateTime iso={shared.lastAt} />
          </>
        )}
        .
      </p>
      <p className="mt-1">{advice(client)}</p>
    </Notice>
  );
}

function advice(client: ClientView): string {
  if (client.keyHandover) return "Once the new key has connected, every copy of the old file is worthless.";
  const then = client.state === "suspended" ? " An owner or admin can then resume it." : "";
  if (client.mayReplaceKey) return `Somebody may have a copy of the file. A new key makes every copy of the old one worthless.${then}`;
  return `Somebody may have a copy of the file. ${client.ownerEmail} can replace the key.${then}${client.maySuspend ? " Until then you can suspend it." : ""}`;
}
