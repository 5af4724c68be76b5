// The simulated ComfyUI over its own HTTP and WebSocket protocol: every route, message order and error text of the
// version it claims to be. Start, kill and revive are those of its process; the files it wrote stay.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "world/comfyui.hpp"

namespace malin::rig {

struct ComfyOptions {
  std::string version = "0.33.0";  // Or "0.3.64": before prompt ids were checked and /api/jobs existed.
  std::string card = "NVIDIA GeForce RTX 5090";
  world::ComfyWorldOptions world;

  // An image model and a video model; which one a loader names is told by its file name (see is_video_model).
  Bytes image_weights = mebibytes(5200);
  Bytes image_workspace = mebibytes(450);  // Of 1024 x 1024; more of a larger one.
  Duration image_load{1800};
  Duration image_step{400};  // Of a sampler.
  Bytes video_weights = mebibytes(12300);
  Bytes video_workspace = mebibytes(850);  // Of 832 x 480, 81 frames.
  Duration video_load{6000};
  Duration video_step{2600};
  Duration decode{900};  // VAE.

  std::vector<std::string> checkpoints = {"sd_xl_base_1.0.safetensors", "dreamshaper_8.safetensors",
                                          "selfie.safetensors", "ltx-video-2b-v0.9.5.safetensors"};
  std::vector<std::string> diffusion_models = {"flux1-dev-fp8.safetensors", "z_image_turbo_bf16.safetensors",
                                               "wan2.1_t2v_14B_fp8_scaled.safetensors",
                                               "wan2.2_ti2v_5B_fp16.safetensors"};
  std::vector<std::string> text_encoders = {"clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors",
                                            "qwen_3_4b.safetensors", "umt5_xxl_fp8_e4m3fn_scaled.safetensors"};
  std::vector<std::string> vaes = {"ae.safetensors", "sdxl_vae.safetensors", "wan_2.1_vae.safetensors",
                                   "wan2.2_vae.safetensors"};
};

class ComfyFace {
 public:
  // Clock, card and faults outlive the face.
  ComfyFace(boost::asio::any_io_executor executor, Clock& clock, world::CardLedger& card, world::Faults& faults,
            ComfyOptions options = {});
  ~ComfyFace();

  // Starts the process and serves it. Port 0 takes a free one; returns the port. refused: the address is taken, or the
  // card has no room for the CUDA context.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop();

  // As kill -9: connections are cut, the address refuses, queue and history are gone, VRAM comes back.
  void kill();
  // Starts it again on the same address.
  Result<void> revive();
  bool alive() const;

  // The simulation behind it, for looking and for tests.
  world::ComfyUi& comfyui();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::rig
