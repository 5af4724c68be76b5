#include "rig/comfyui_nodes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace malin::rig {

namespace {

struct NodeText {
  const char* name;
  const char* title;
  const char* category;
  const char* required;  // JSON; "@list" is replaced by the names of that kind of file.
  const char* optional;
  const char* outputs;
  bool output_node = false;
};

#define SIZE_INT(value) R"(["INT",{"default":)" value R"(,"min":16,"max":16384,"step":8}])"
#define BATCH R"(["INT",{"default":1,"min":1,"max":4096}])"

constexpr NodeText core_nodes[] = {
    {"CheckpointLoaderSimple", "Load Checkpoint", "loaders",
     R"({"ckpt_name":["@checkpoints",{"tooltip":"The name of the checkpoint (model) to load."}]})", "{}",
     R"(["MODEL","CLIP","VAE"])"},
    {"UNETLoader", "Load Diffusion Model", "advanced/loaders",
     R"({"unet_name":["@diffusion_models"],"weight_dtype":[["default","fp8_e4m3fn","fp8_e4m3fn_fast","fp8_e5m2"]]})",
     "{}", R"(["MODEL"])"},
    {"CLIPLoader", "Load CLIP", "advanced/loaders",
     R"({"clip_name":["@text_encoders"],"type":[["stable_diffusion","stable_cascade","sd3","stable_audio","mochi",)"
     R"("ltxv","pixart","cosmos","lumina2","wan","hidream","chroma","ace","omnigen2","qwen_image"]]})",
     R"({"device":[["default","cpu"],{"advanced":true}]})", R"(["CLIP"])"},
    {"DualCLIPLoader", "DualCLIPLoader", "advanced/loaders",
     R"({"clip_name1":["@text_encoders"],"clip_name2":["@text_encoders"],)"
     R"("type":[["sdxl","sd3","flux","hunyuan_video","hidream"]]})",
     R"({"device":[["default","cpu"],{"advanced":true}]})", R"(["CLIP"])"},
    {"VAELoader", "Load VAE", "loaders", R"({"vae_name":["@vaes"]})", "{}", R"(["VAE"])"},
    {"CLIPTextEncode", "CLIP Text Encode (Prompt)", "conditioning",
     R"({"text":["STRING",{"multiline":true,"dynamicPrompts":true,"tooltip":"The text to be encoded."}],)"
     R"("clip":["CLIP",{"tooltip":"The CLIP model used for encoding the text."}]})",
     "{}", R"(["CONDITIONING"])"},
    {"ConditioningZeroOut", "ConditioningZeroOut", "advanced/conditioning", R"({"conditioning":["CONDITIONING"]})",
     "{}", R"(["CONDITIONING"])"},
    {"FluxGuidance", "FluxGuidance", "advanced/conditioning/flux",
     R"({"conditioning":["CONDITIONING"],"guidance":["FLOAT",{"default":3.5,"min":0.0,"max":100.0,"step":0.1}]})", "{}",
     R"(["CONDITIONING"])"},
    {"ModelSamplingSD3", "ModelSamplingSD3", "advanced/model",
     R"({"model":["MODEL"],"shift":["FLOAT",{"default":3.0,"min":0.0,"max":100.0,"step":0.01}]})", "{}",
     R"(["MODEL"])"},
    {"ModelSamplingAuraFlow", "ModelSamplingAuraFlow", "advanced/model",
     R"({"model":["MODEL"],"shift":["FLOAT",{"default":1.73,"min":0.0,"max":100.0,"step":0.01}]})", "{}",
     R"(["MODEL"])"},
    {"EmptyLatentImage", "Empty Latent Image", "latent",
     R"({"width":)" SIZE_INT("512") R"(,"height":)" SIZE_INT("512") R"(,"batch_size":)" BATCH "}", "{}",
     R"(["LATENT"])"},
    {"EmptySD3LatentImage", "EmptySD3LatentImage", "latent/sd3",
     R"({"width":)" SIZE_INT("1024") R"(,"height":)" SIZE_INT("1024") R"(,"batch_size":)" BATCH "}", "{}",
     R"(["LATENT"])"},
    {"EmptyHunyuanLatentVideo", "EmptyHunyuanLatentVideo", "latent/video",
     R"({"width":)" SIZE_INT("848") R"(,"height":)" SIZE_INT(
         "480") R"(,"length":["INT",{"default":25,"min":1,"max":16384,"step":4}],"batch_size":)" BATCH "}",
     "{}", R"(["LATENT"])"},
    {"Wan22ImageToVideoLatent", "Wan22ImageToVideoLatent", "conditioning/inpaint",
     R"({"vae":["VAE"],"width":)" SIZE_INT("1280") R"(,"height":)" SIZE_INT(
         "704") R"(,"length":["INT",{"default":49,"min":1,"max":16384,"step":4}],"batch_size":)" BATCH "}",
     R"({"start_image":["IMAGE"]})", R"(["LATENT"])"},
    {"WanImageToVideo", "WanImageToVideo", "conditioning/video_models",
     R"({"positive":["CONDITIONING"],"negative":["CONDITIONING"],"vae":["VAE"],)"
     R"("width":)" SIZE_INT("832") R"(,"height":)" SIZE_INT(
         "480") R"(,"length":["INT",{"default":81,"min":1,"max":16384,"step":4}],"batch_size":)" BATCH "}",
     R"({"clip_vision_output":["CLIP_VISION_OUTPUT"],"start_image":["IMAGE"]})",
     R"(["CONDITIONING","CONDITIONING","LATENT"])"},
    {"KSampler", "KSampler", "sampling",
     R"({"model":["MODEL",{"tooltip":"The model used for denoising the input latent."}],)"
     R"("seed":["INT",{"default":0,"min":0,"max":18446744073709551615,"control_after_generate":true}],)"
     R"("steps":["INT",{"default":20,"min":1,"max":10000}],)"
     R"("cfg":["FLOAT",{"default":8.0,"min":0.0,"max":100.0,"step":0.1,"round":0.01}],)"
     R"("sampler_name":[["euler","euler_cfg_pp","euler_ancestral","heun","dpm_2","lms","dpmpp_2s_ancestral",)"
     R"("dpmpp_sde","dpmpp_2m","dpmpp_2m_sde","dpmpp_3m_sde","ddpm","lcm","res_multistep","ddim","uni_pc",)"
     R"("uni_pc_bh2"]],)"
     R"("scheduler":[["simple","sgm_uniform","karras","exponential","ddim_uniform","beta","normal","linear_quadratic",)"
     R"("kl_optimal"]],"positive":["CONDITIONING"],"negative":["CONDITIONING"],"latent_image":["LATENT"],)"
     R"("denoise":["FLOAT",{"default":1.0,"min":0.0,"max":1.0,"step":0.01}]})",
     "{}", R"(["LATENT"])"},
    {"VAEDecode", "VAE Decode", "latent",
     R"({"samples":["LATENT",{"tooltip":"The latent to be decoded."}],)"
     R"("vae":["VAE",{"tooltip":"The VAE model used for decoding the latent."}]})",
     "{}", R"(["IMAGE"])"},
    {"EmptyImage", "Empty Image", "image",
     R"({"width":["INT",{"default":512,"min":1,"max":16384,"step":1}],)"
     R"("height":["INT",{"default":512,"min":1,"max":16384,"step":1}],"batch_size":)" BATCH
     R"(,"color":["INT",{"default":0,"min":0,"max":16777215,"step":1,"display":"color"}]})",
     "{}", R"(["IMAGE"])"},
    {"ImageInvert", "Invert Image", "image", R"({"image":["IMAGE",{}]})", "{}", R"(["IMAGE"])"},
    {"ImageScale", "Upscale Image", "image/upscaling",
     R"({"image":["IMAGE",{}],"upscale_method":[["nearest-exact","bilinear","area","bicubic","lanczos"],{}],)"
     R"("width":["INT",{"default":512,"min":0,"max":16384,"step":1}],)"
     R"("height":["INT",{"default":512,"min":0,"max":16384,"step":1}],"crop":[["disabled","center"],{}]})",
     "{}", R"(["IMAGE"])"},
    {"LoadImage", "Load Image", "image", R"({"image":["@input",{"image_upload":true}]})", "{}", R"(["IMAGE","MASK"])"},
    {"SaveImage", "Save Image", "image",
     R"({"images":["IMAGE",{"tooltip":"The images to save."}],"filename_prefix":["STRING",{"default":"ComfyUI",)"
     R"("tooltip":"The prefix for the file to save. This may include formatting information such as )"
     R"(%date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes."}]})",
     "{}", "[]", true},
    {"PreviewImage", "Preview Image", "image", R"({"images":["IMAGE"]})", "{}", "[]", true},
    {"CreateVideo", "Create Video", "image/video",
     R"({"images":["IMAGE",{"tooltip":"The images to create a video from."}],)"
     R"("fps":["FLOAT",{"default":30.0,"min":1.0,"max":120.0,"step":1.0}]})",
     R"({"audio":["AUDIO",{"tooltip":"The audio to add to the video."}]})", R"(["VIDEO"])"},
    {"SaveVideo", "Save Video", "image/video",
     R"({"video":["VIDEO",{"tooltip":"The video to save."}],"filename_prefix":["STRING",{"tooltip":"The prefix for )"
     R"(the file to save. This may include formatting information such as %date:yyyy-MM-dd% or %Empty Latent )"
     R"(Image.width% to include values from nodes.","default":"video/ComfyUI","multiline":false}],)"
     R"("format":["COMBO",{"tooltip":"The format to save the video as.","default":"auto","multiselect":false,)"
     R"("options":["auto","mp4"]}],"codec":["COMBO",{"tooltip":"The codec to use for the video.","default":"auto",)"
     R"("multiselect":false,"options":["auto","h264"]}]})",
     "{}", "[]", true},
};

// Custom nodes. The Probe classes are those of the recordings: a node of n steps, and one that raises.
constexpr NodeText custom_nodes[] = {
    {"VHS_VideoCombine", "Video Combine", "Video Helper Suite",
     R"({"images":["IMAGE"],"frame_rate":["FLOAT",{"default":8,"min":1,"step":1}],)"
     R"("loop_count":["INT",{"default":0,"min":0,"max":100,"step":1}],)"
     R"("filename_prefix":["STRING",{"default":"AnimateDiff"}],)"
     R"("format":[["video/h264-mp4"]],)"
     R"("pingpong":["BOOLEAN",{"default":false}],"save_output":["BOOLEAN",{"default":true}]})",
     R"({"audio":["AUDIO"],"vae":["VAE"]})", R"(["VHS_FILENAMES"])", true},
    {"ProbeSteps", "ProbeSteps", "probe",
     R"({"image":["IMAGE"],"steps":["INT",{"default":5,"min":1,"max":1000}],)"
     R"("ms":["INT",{"default":100,"min":0,"max":60000}],"preview":["BOOLEAN",{"default":false}],)"
     R"("seed":["INT",{"default":0,"min":0,"max":4294967295}]})",
     "{}", R"(["IMAGE"])"},
    {"ProbeRaise", "ProbeRaise", "probe", R"({"image":["IMAGE"],"kind":[["oom","oom_text","value","sysexit"]]})", "{}",
     R"(["IMAGE"])"},
};

#undef SIZE_INT
#undef BATCH

json::array names(const std::vector<std::string>& files) { return json::array(files.begin(), files.end()); }

json::object inputs(const char* text, const ComfyOptions& options) {
  json::object all = json::parse(text).as_object();
  for (auto& [name, spec] : all) {
    json::value& type = spec.as_array().front();
    if (!type.is_string() || !type.as_string().starts_with("@")) continue;
    const std::string kind(type.as_string());
    if (kind == "@checkpoints") type = names(options.checkpoints);
    if (kind == "@diffusion_models") type = names(options.diffusion_models);
    if (kind == "@text_encoders") type = names(options.text_encoders);
    if (kind == "@vaes") type = names(options.vaes);
    if (kind == "@input") type = json::array();
  }
  return all;
}

json::array keys(const json::object& object) {
  json::array all;
  for (const auto& [name, spec] : object) all.push_back(json::string(name));
  return all;
}

json::object info(const NodeText& node, const char* module, const ComfyOptions& options) {
  json::object input{{"required", inputs(node.required, options)}};
  json::object order{{"required", keys(input["required"].as_object())}};
  if (json::object optional = inputs(node.optional, options); !optional.empty()) {
    order["optional"] = keys(optional);
    input["optional"] = std::move(optional);
  }
  if (node.output_node) {
    input["hidden"] = {{"prompt", "PROMPT"}, {"extra_pnginfo", "EXTRA_PNGINFO"}};
    order["hidden"] = {"prompt", "extra_pnginfo"};
  }
  const json::array outputs = json::parse(node.outputs).as_array();
  const json::array are_lists(outputs.size(), false);
  return {{"input", input},
          {"input_order", order},
          {"output", outputs},
          {"output_is_list", are_lists},
          {"output_name", outputs},
          {"name", node.name},
          {"display_name", node.title},
          {"description", ""},
          {"python_module", module},
          {"category", node.category},
          {"output_node", node.output_node}};
}

}  // namespace

ComfyNodes::ComfyNodes(const ComfyOptions& options) {
  for (const NodeText& node : core_nodes) all_[node.name] = info(node, "nodes", options);
  for (const NodeText& node : custom_nodes) all_[node.name] = info(node, "custom_nodes.probe_nodes", options);
}

const json::object* ComfyNodes::find(std::string_view class_type) const {
  const auto found = all_.find(class_type);
  return found == all_.end() ? nullptr : &found->value().as_object();
}

bool ComfyNodes::is_output(const json::object& info) { return info.at("output_node").as_bool(); }

bool is_video_model(std::string_view filename) {
  std::string lower(filename);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array marks = {"wan", "hunyuan", "ltx", "video", "svd", "mochi", "cosmos"};
  return std::ranges::any_of(marks, [&](const char* mark) { return lower.contains(mark); });
}

}  // namespace malin::rig
