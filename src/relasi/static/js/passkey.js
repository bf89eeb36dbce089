// Passkeys: a form with data-passkey ("get" or "create") asks the browser for a key before it is sent. Its options stand in
// the form or are asked for at data-options. Where the browser has no passkeys the form stays hidden.
{
  const known = window.isSecureContext && "PublicKeyCredential" in window && navigator.credentials;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    buffer == null
      ? undefined
      : btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const read = ({ publicKey }) => {
    const ids = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
    const found = { ...publicKey, challenge: bytes(publicKey.challenge) };
    if (publicKey.user) found.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
    if (publicKey.allowCredentials) found.allowCredentials = ids(publicKey.allowCredentials);
    if (publicKey.excludeCredentials) found.excludeCredentials = ids(publicKey.excludeCredentials);
    return { publicKey: found };
  };

  const told = (key) => ({
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
    clientExtensionResults: key.getClientExtensionResults(),
    response: {
      clientDataJSON: text(key.response.clientDataJSON),
      attestationObject: text(key.response.attestationObject),
      authenticatorData: text(key.response.authenticatorData),
      signature: text(key.response.signature),
      userHandle: text(key.response.userHandle),
      transports: key.response.getTransports?.(),
    },
  });

  const options = async (form) => {
    const inside = form.querySelector("[data-passkey-options]");
    if (inside) return JSON.parse(inside.textContent);
    const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  };

  const ask = async (form) => {
    const error = form.querySelector("[data-passkey-error]");
    if (error) error.hidden = true;
    try {
      const key = await navigator.credentials[form.dataset.passkey](read(await options(form)));
      form.elements.credential.value = JSON.stringify(told(key));
    } catch {
      if (error) error.hidden = false;
      return;
    }
    form.submit();
  };

  relasi.on("submit", "form[data-passkey]", (event, form) => {
    event.preventDefault();
    if (known) ask(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (!known) return;
    for (const element of document.querySelectorAll("[data-passkey-only]")) element.hidden = false;
    for (const element of document.querySelectorAll("[data-passkey-missing]")) element.hidden = true;
  });
}
