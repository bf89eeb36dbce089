// A record knows the list it was opened from: its neighbours there are asked for after the page, J and K lead to them.
{
  const key = (list) => `list:${list}`;
  // What the list shows is remembered for this tab; the newest list of a module wins.
  const remember = () => {
    const table = document.querySelector("table[data-grid]");
    if (table) sessionStorage.setItem(key(table.dataset.grid), table.dataset.list);
  };
  const ask = () => {
    const place = document.querySelector("[data-around-of]");
    const query = place && sessionStorage.getItem(key(place.dataset.aroundList));
    if (query != null && !place.firstElementChild)
      htmx.ajax("GET", `${place.dataset.aroundOf}?${query}`, { target: place, swap: "innerHTML" });
  };
  relasi.neighbourKey = (event) => {
    const way = { j: "next", ArrowRight: "next", k: "previous", ArrowLeft: "previous" }[event.key];
    const link = way && document.querySelector(`a[data-around="${way}"]`);
    if (!link) return false;
    link.click();
    return true;
  };
  document.addEventListener("DOMContentLoaded", () => (remember(), ask()));
  document.addEventListener("htmx:after:swap", remember);
}
