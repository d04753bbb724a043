// Posts the secret behind the # of a request link, so that it stands in no address and no log.
"use strict";
(() => {
  const open = () => {
    const secret = window.location.hash.slice(1);
    const form = document.getElementById("open");
    if (!secret || !form) return;
    form.elements.namedItem("secret").value = secret;
    form.submit();
  };
  window.addEventListener("hashchange", open);
  open();
})();
