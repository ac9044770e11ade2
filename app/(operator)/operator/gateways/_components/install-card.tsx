import { Card, CardHeader } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";

/** The one command that makes a host a gateway, or brings its agent up to date, and what the agent must be for that. */
export function InstallCard({ portalUrl, sha256 }: { portalUrl: string; sha256: string }) {
  const command = `curl -fsS ${portalUrl}/api/agent/install.sh | sudo sh -s -- --sha256 ${sha256}`;
  return (
    <Card aria-labelledby="install-title" className="mt-6">
      <CardHeader
        title="Install the agent, or bring it up to date"
        titleId="install-title"
        description={
          <>
            On the gateway’s host, as root. A new host first needs the enrolment token that <code className="code-text">npm run portcullis -- gateway add</code> prints here: the command asks for it. Tunnels stay up through an update.
          </>
        }
      />
      <div className="flex items-start gap-2 px-4 py-4 sm:px-5">
        <code className="code-text min-w-0 flex-1 rounded-lg bg-sunken px-3 py-2.5 break-all">{command}</code>
        <CopyButton text={command} what="command" />
      </div>
      <p className="border-t border-line px-4 py-3 text-sm text-muted sm:px-5">
        The digest in it is the SHA-256 of the agent that this portal was built with. The install script takes that agent or none. The script itself is as trustworthy as the connection it comes over: use https, or read it before you run it.
      </p>
    </Card>
  );
}
