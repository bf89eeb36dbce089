// Signing with a finger or the mouse: [data-signature] holds a canvas and a hidden input that gets the drawing as a PNG.
// Whoever cannot draw ticks that the name stands for the signature; nothing here is needed for that.
{
  const padOf = (element) => element.closest?.("[data-signature]");
  const partsOf = (pad) => ({ canvas: pad.querySelector("canvas"), input: pad.querySelector("input") });

  const pen = (canvas) => {
    const context = canvas.getContext("2d");
    context.lineWidth = 4;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#1c1d21";
    return context;
  };

  const placeOf = (canvas, event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };

  // What was drawn before comes back when the server asks for something else.
  const redraw = (pad) => {
    const { canvas, input } = partsOf(pad);
    if (!input.value || canvas.dataset.drawn) return;
    const picture = new Image();
    picture.onload = () => pen(canvas).drawImage(picture, 0, 0);
    picture.src = input.value;
    canvas.dataset.drawn = "1";
  };

  let drawing = null;
  document.addEventListener("pointerdown", (event) => {
    const pad = padOf(event.target);
    if (!pad || event.target.tagName !== "CANVAS") return;
    event.preventDefault();
    drawing = event.target;
    drawing.setPointerCapture(event.pointerId);
    const context = pen(drawing);
    context.beginPath();
    context.moveTo(...placeOf(drawing, event));
    context.lineTo(...placeOf(drawing, event));
    context.stroke();
  });

  document.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const context = pen(drawing);
    context.lineTo(...placeOf(drawing, event));
    context.stroke();
  });

  for (const end of ["pointerup", "pointercancel"])
    document.addEventListener(end, () => {
      if (!drawing) return;
      const { canvas, input } = partsOf(padOf(drawing));
      canvas.dataset.drawn = "1";
      input.value = canvas.toDataURL("image/png");
      input.dispatchEvent(new Event("change", { bubbles: true }));
      drawing = null;
    });

  document.addEventListener("click", (event) => {
    const pad = event.target.closest?.("[data-signature-clear]") && padOf(event.target);
    if (!pad) return;
    const { canvas, input } = partsOf(pad);
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    delete canvas.dataset.drawn;
    input.value = "";
  });

  const all = () => document.querySelectorAll("[data-signature]").forEach(redraw);
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:after:swap", all);
}
