/** How to bring a configuration into WireGuard, by platform; checked against the official apps and wg-quick(8). */
export const PLATFORMS = ["windows", "macos", "linux", "ios", "android"] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface InstallStep {
  text: string;
  /** Lines for a terminal. */
  command?: string;
}

export interface InstallGuide {
  name: string;
  get: { text: string; href: string | null };
  steps: InstallStep[];
}

/**
 * @param fileName without ".conf"; also the name of the tunnel
 * @param replaces the machine has a tunnel of an older key, probably by the same name
 */
export function installGuide(platform: Platform, fileName: string, instanceUrl: string, replaces = false): InstallGuide {
  const guide = firstInstallGuide(platform, fileName, instanceUrl);
  if (!replaces) return guide;
  const [get, remove]: [InstallGuide["get"], InstallStep] =
    platform === "linux"
      ? [{ text: "Bring the new file to the machine.", href: null }, { text: "Take the old tunnel down.", command: `sudo wg-quick down ${fileName}` }]
      : [{ text: "Open WireGuard on the machine.", href: null }, { text: "Turn the old tunnel off and delete it: the new one takes its place." }];
  return { ...guide, get, steps: [remove, ...guide.steps] };
}

function firstInstallGuide(platform: Platform, fileName: string, instanceUrl: string): InstallGuide {
  const file = `${fileName}.conf`;
  const open: InstallStep = { text: `Open ${instanceUrl} and sign in to the instance.` };
  switch (platform) {
    case "windows":
      return {
        name: "Windows",
        get: { text: "Install WireGuard from wireguard.com/install.", href: "https://www.wireguard.com/install/" },
        steps: [
          { text: "Open WireGuard and choose “Import tunnel(s) from file”." },
          { text: `Pick ${file} from your downloads.` },
          { text: "Select the tunnel and press “Activate”." },
          open,
        ],
      };
    case "macos":
      return {
        name: "macOS",
        get: { text: "Install WireGuard from the Mac App Store.", href: "https://apps.apple.com/app/wireguard/id1451685025" },
        steps: [
          { text: "Click the WireGuard icon in the menu bar and choose “Import Tunnel(s) from File…”." },
          { text: `Pick ${file} from your downloads and allow the VPN configuration when macOS asks.` },
          { text: "Select the tunnel and press “Activate”." },
          open,
        ],
      };
    case "linux":
      return {
        name: "Linux",
        get: { text: "Install wireguard-tools with your package manager (Debian, Ubuntu: sudo apt install wireguard-tools).", href: null },
        steps: [
          {
            text: "In the folder with the file, put it where wg-quick looks, readable by root alone, and bring the tunnel up.",
            command: `sudo install -m 600 ${file} /etc/wireguard/${file}\nsudo wg-quick up ${fileName}`,
          },
          { text: "To have it come up at every start:", command: `sudo systemctl enable wg-quick@${fileName}` },
          { text: "Delete the downloaded copy; it holds the key.", command: `rm ${file}` },
          open,
        ],
      };
    case "ios":
      return {
        name: "iOS",
        get: { text: "Install WireGuard from the App Store.", href: "https://apps.apple.com/app/wireguard/id1441195209" },
        steps: [
          { text: "In the app, tap + and choose “Create from QR code”, then point the camera at the code on this page." },
          { text: `Or, if you are on the phone itself: download ${file}, tap + and choose “Create from file or archive”.` },
          { text: "Give the tunnel a name, allow the VPN configuration, and turn the switch on." },
          open,
        ],
      };
    case "android":
      return {
        name: "Android",
        get: { text: "Install WireGuard from Google Play or F-Droid.", href: "https://play.google.com/store/apps/details?id=com.wireguard.android" },
        steps: [
          { text: "In the app, tap + and choose “Scan from QR code”, then point the camera at the code on this page." },
          { text: `Or, if you are on the phone itself: download ${file}, tap + and choose “Import from file or archive”.` },
          { text: "Give the tunnel a name and turn the switch on; allow the connection when Android asks." },
          open,
        ],
      };
  }
}

/** The tab to open first, from the browser's own description of itself; a desktop that hides it gets Windows. */
export function platformOf(userAgent: string, touchPoints: number): Platform {
  if (/android/i.test(userAgent)) return "android";
  // iPads call themselves Macs; no Mac has a touch screen.
  if (/iphone|ipad|ipod/i.test(userAgent) || (/macintosh/i.test(userAgent) && touchPoints > 1)) return "ios";
  if (/macintosh|mac os x/i.test(userAgent)) return "macos";
  if (/linux|x11|cros/i.test(userAgent)) return "linux";
  return "windows";
}
