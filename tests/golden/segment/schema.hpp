// [43 lines as in ../struct/schema.hpp]
/// The segment feed: 8192 bytes, at posix:/golden.feed unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `stop` (event)
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr std::uint64_t SIZE = 8192;

  Feed(const Feed &) = delete;
  Feed &operator=(const Feed &) = delete;
  Feed(Feed &&) noexcept = default;
  Feed &operator=(Feed &&) noexcept = default;
  ~Feed() = default;

  /// Creates the segment; SHM_EXISTS if there is one. An empty address is the schema's.
  static shm::result<Feed> create(std::string_view address = {}, const shm_options *options = nullptr) {
    return open(shm_attachment_create, address, options);
  }

  /// Attaches to the segment; SHM_NOT_FOUND if there is none, SHM_MISMATCH if it is of another contract.
  static shm::result<Feed> attach(std::string_view address = {}, const shm_options *options = nullptr) {
    return open(shm_attachment_attach, address, options);
  }

  /// The same, waiting up to so long for a segment that is not there yet; then SHM_NOT_FOUND.
  template <class Rep, class Period>
  static shm::result<Feed> attach_for(std::chrono::duration<Rep, Period> time, std::string_view address = {}) {
    shm_options options = shm_options();
    options.wait_ns = shm::detail::nanoseconds(time);
    return attach(address, &options);
  }

  /// Attaches to the segment for reading only.
  static shm::result<Feed> attach_read_only(std::string_view address = {}, const shm_options *options = nullptr) {
    return open(shm_attachment_attach_read_only, address, options);
  }

  /// Attaches to the segment, or creates it if there is none.
  static shm::result<Feed> open_or_create(std::string_view address = {}, const shm_options *options = nullptr) {
    return open(shm_attachment_open_or_create, address, options);
  }

  /// Where the segment is.
  std::string address() const { return shm_attachment_address(attachment_.get()); }

  /// A new descriptor of a segment in a memfd, to be handed to another process: by shm_send_descriptor, or to a child.
  shm::result<int> descriptor() const {
    int fd = -1;
    const shm_status status = shm_attachment_descriptor(attachment_.get(), &fd);
    if (status != SHM_OK) {
      return status;
    }
    return fd;
  }

  /// What the system and the segment know of it.
  shm::result<shm_attachment_facts> stat() const {
    shm_attachment_facts facts;
    const shm_status status = shm_attachment_stat(attachment_.get(), &facts);
    if (status != SHM_OK) {
      return status;
    }
    return facts;
  }

  /// Changes owner and permissions; UINT32_MAX keeps what is.
  [[nodiscard]] shm_status set(std::uint32_t uid, std::uint32_t gid, std::uint32_t mode) const {
    return shm_attachment_set(attachment_.get(), uid, gid, mode);
  }

  /// Takes the segment's name away. Who is attached keeps the memory.
  shm_status remove() { return shm_attachment_remove(attachment_.get()); }

  /// The same by address, without attaching.
  static shm_status remove(std::string_view address) {
    return ::golden_Feed_remove(shm::detail::address(address).c_str());
  }

 private:
  explicit Feed(shm::detail::attachment attachment) : attachment_(std::move(attachment)) {}

  static shm::result<Feed> open(shm_status (*how)(shm_attachment *, const shm_segment_spec *, const char *, const shm_options *),
                                 std::string_view address, const shm_options *options) {
    shm::detail::attachment attachment = shm::detail::make_attachment();
    const shm_status status = how(attachment.get(), &golden_Feed_spec, shm::detail::address(address).c_str(), options);
    if (status != SHM_OK) {
      return status;
    }
    return Feed(std::move(attachment));
  }

  shm::detail::attachment attachment_;
};

}  // namespace shmgen_v0_1_0
}  // namespace golden

#endif  // GOLDEN_SCHEMA_HPP
