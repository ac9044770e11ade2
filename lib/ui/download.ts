/** Has the browser save a text as a file of this name; nothing goes over the network. */
export function downloadText(fileName: string, text: string): void {
  // Not text/plain: Android would add ".txt" to a name it doesn't know.
  const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
