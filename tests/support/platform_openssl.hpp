// Lets a test choose which optional functions the platform supplies to the portable crypto backend.
#pragma once

namespace troth::test {

struct PlatformUse {
  bool sha256 = true;
  bool aes = false;  // else libsodium's, where the processor has it
};
void platform_uses(PlatformUse use);

}  // namespace troth::test
