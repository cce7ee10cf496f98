// A guest's link: takes the token out of the address's fragment and sends it back in the form, so that it stands in no log.

const token = decodeURIComponent(location.hash.slice(1));
if (token) {
  history.replaceState(null, "", location.pathname);
  const form = document.getElementById("enter");
  form.elements.token.value = token;
  form.submit();
}
