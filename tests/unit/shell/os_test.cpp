#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "shell/net/address.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/file.hpp"
#include "shell/os/home.hpp"
#include "tests/unit/shell/temp_home.hpp"

namespace troth::shell {
namespace {

TEST(Home, FlagThenVariableThenXdg) {
  HomeInputs in{"/tmp/a", "/tmp/b", "/tmp/c", "/tmp/d"};
  EXPECT_EQ(*find_home(in), "/tmp/a");
  in.flag.reset();
  EXPECT_EQ(*find_home(in), "/tmp/b");
  in.troth_home.reset();
  EXPECT_EQ(*find_home(in), "/tmp/c/troth");
  in.xdg_data_home = "relative";
  EXPECT_EQ(*find_home(in), "/tmp/d/.local/share/troth");
  in.user_home.reset();
  EXPECT_EQ(find_home(in).error().code, Errc::usage);
}

TEST(Home, SocketPathFollowsTheRealPathOfTheHome) {
  TempHome home;
  TempHome runtime;
  std::filesystem::create_directory(home.path() + "/real");
  std::filesystem::create_directory_symlink(home.path() + "/real", home.path() + "/link");
  const auto expected = to_hex(crypto::sha256(as_bytes(home.path() + "/real")).view().first(8));
  EXPECT_EQ(socket_path(home.path() + "/link/", runtime.path(), 7),
            runtime.path() + "/troth/" + expected + ".sock");
  EXPECT_EQ(socket_path(home.path() + "/real", std::nullopt, 7),
            "/tmp/troth-7/" + expected + ".sock");
  EXPECT_EQ(socket_path(home.path() + "/real", "/nonexistent", 7),
            "/tmp/troth-7/" + expected + ".sock");
}

TEST(Home, PrivateFolderIsTightenedAndALinkCanBeRefused) {
  TempHome home;
  const std::string path = home.path() + "/a/b";
  ASSERT_TRUE(make_private_folder(path));
  ::chmod(path.c_str(), 0755);
  ASSERT_TRUE(make_private_folder(path));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  std::filesystem::create_directory_symlink(path, home.path() + "/planted");
  EXPECT_TRUE(make_private_folder(home.path() + "/planted"));
  EXPECT_EQ(make_private_folder(home.path() + "/planted", Links::refuse).error().code,
            Errc::not_permitted);
}

TEST(Home, SecondLockIsRefusedUntilTheFirstEnds) {
  TempHome home;
  {
    const auto first = HomeLock::take(home.path());
    ASSERT_TRUE(first);
    EXPECT_EQ(HomeLock::take(home.path()).error().code, Errc::busy);
  }
  EXPECT_TRUE(HomeLock::take(home.path()));
}

TEST(Limits, AsManyDescriptorsAsAreAllowed) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  raise_file_limit();
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(SecretFile, TakesOffOneNewlineAndRefusesNothing) {
  TempHome home;
  const std::string path = home.path() + "/p";
  const auto content = [&](std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
    return read_secret_file(path);
  };
  EXPECT_EQ(as_text(content("sesame\n")->expose()), "sesame");
  EXPECT_EQ(as_text(content("sesame\r\n")->expose()), "sesame");
  EXPECT_EQ(as_text(content("two\n\n")->expose()), "two\n");
  EXPECT_EQ(content("\n").error().code, Errc::bad_value);
  EXPECT_EQ(content(std::string(1025, 'x')).error().code, Errc::too_long);
  EXPECT_TRUE(content(std::string(1024, 'x') + "\n"));
  EXPECT_EQ(read_secret_file(home.path() + "/none").error().code, Errc::not_found);
}

TEST(Address, HostAndPort) {
  EXPECT_EQ(parse_host_port("127.0.0.1:41")->port, 41);
  EXPECT_EQ(parse_host_port("[::1]:41")->host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:41")->text(), "[::1]:41");
  for (const char* bad :
       {"", ":1", "host", "host:", "host:x", "host:65536", "::1:41", "h:-1", "[]:4", "foo bar:1",
        " h:1", "h :1", "h\t:1", "h\n:1", "h\x7f:1", "[::1 ]:1", "h: 1"}) {
    EXPECT_FALSE(parse_host_port(bad)) << bad;
  }
}

TEST(Address, PortZeroIsForListeningOnly) {
  EXPECT_EQ(parse_host_port("127.0.0.1:0")->port, 0);
  EXPECT_EQ(parse_peer_address("127.0.0.1:0").error().code, Errc::usage);
  EXPECT_EQ(parse_peer_address("127.0.0.1:41")->port, 41);
  EXPECT_FALSE(parse_peer_address("host"));
}

TEST(Clock, MonotonicAndWallAreSane) {
  const Now now = os_now();
  EXPECT_GT(now.wall.ms, 1'600'000'000'000u);
  EXPECT_GE(mono_now().ms, now.mono.ms);
}

}  // namespace
}  // namespace troth::shell
