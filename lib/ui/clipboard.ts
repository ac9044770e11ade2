/**
 * Puts text on the clipboard. Resolves to false where the browser refuses: an insecure origin, a denied permission.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
