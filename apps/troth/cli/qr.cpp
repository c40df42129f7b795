#include <qrencode.h>

#include <memory>

#include "apps/troth/cli/dialogue.hpp"

namespace troth::app {

namespace {
constexpr int kQuiet = 2;  // modules of margin
}

std::string qr_text(const std::string& text, bool colour) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
  if (!code) return {};
  const int width = code->width;
  const auto dark = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= width || y >= width) return false;
    return (code->data[y * width + x] & 1) != 0;
  };
  // Two rows of modules a line. Light modules are drawn, so that a dark terminal shows it the right
  // way round; colours are set, where they may be, so that a light one does too.
  std::string out;
  for (int y = -kQuiet; y < width + kQuiet; y += 2) {
    if (colour) out += "\x1b[37;40m";
    for (int x = -kQuiet; x < width + kQuiet; ++x) {
      const bool top = !dark(x, y);
      const bool bottom = !dark(x, y + 1);
      out += top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ";
    }
    out += colour ? "\x1b[0m\n" : "\n";
  }
  return out;
}

}  // namespace troth::app
