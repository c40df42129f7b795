#include "device/files.hpp"

#include "device/peers.hpp"

namespace troth::device {

Result<> Files::load() { return {}; }
Result<Bytes> Files::add(const AddFolder&) { return fail(Errc::unsupported); }
Result<> Files::remove(const RemoveFolder&) { return fail(Errc::not_found); }
void Files::forget(const CategoryId&) {}
void Files::entry(const FolderEntry&) {}
void Files::scanned(std::uint32_t) {}
bool Files::answer(Ticket, const Answer&) { return false; }
void Files::items_changed(const CategoryId&, const std::vector<ItemId>&) {}
bool Files::bound(const CategoryId&) const { return false; }
std::vector<FolderInfo> Files::folders() const { return {}; }
std::vector<session::ChunkRef> Files::next_wants(const DeviceId&, std::size_t) { return {}; }
void Files::asked(const DeviceId& peer, const session::ChunkRef& ref) {
  peers_.give_chunk(peer, ref, fail(Errc::not_found));
}
void Files::take(const DeviceId&, const session::ChunkRef&, ByteView) {}
void Files::refused(const DeviceId&, const session::ChunkRef&) {}
void Files::peer_gone(const DeviceId&) {}
void Files::tick() {}
std::optional<MonoMs> Files::deadline() const { return std::nullopt; }

}  // namespace troth::device
