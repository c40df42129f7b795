// What other modules include: the codec and the frame head.
#pragma once

#include "wire/codec.hpp"
#include "wire/frame.hpp"
