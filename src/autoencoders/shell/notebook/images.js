// Images packed as one string of bytes, a canvas for each, and elements to put them in.
const bytes = Uint8Array.from(atob(data.pixels), (one) => one.charCodeAt(0));
const [height, width] = data.size;

const add = (parent, tag, style = "", text = "") => {
  const made = parent.appendChild(document.createElement(tag));
  made.style.cssText = style;
  made.textContent = text;
  return made;
};

const draw = (canvas, index) => {
  const picture = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    picture.data.fill(bytes[index * width * height + pixel], 4 * pixel, 4 * pixel + 3);
    picture.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
};

const image = (parent, side) => {
  const canvas = add(parent, "canvas", `width:${side}px;height:${side}px;image-rendering:pixelated`);
  canvas.width = width;
  canvas.height = height;
  return canvas;
};

place.textContent = "";
