// [48 lines as in ../struct/schema.hpp, with 7b8b1390]
/// The segment feed: 8192 bytes, at posix:/golden.feed unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `stop` (event)
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr ::std::uint64_t SIZE = 8192;

  Feed(const Feed &) = delete;
  Feed &operator=(const Feed &) = delete;
  Feed(Feed &&) noexcept = default;
  Feed &operator=(Feed &&) noexcept = default;
  ~Feed() = default;

  /// Creates the segment; SHM_EXISTS if there is one. An empty address is the schema's.
  static ::shm::result<Feed> create(::std::string_view address_ = {}, const ::shm_options *options_ = nullptr) {
    return open_(::shm_attachment_create, address_, options_);
  }

  /// Attaches to the segment; SHM_NOT_FOUND if there is none, SHM_MISMATCH if it is of another contract.
  static ::shm::result<Feed> attach(::std::string_view address_ = {}, const ::shm_options *options_ = nullptr) {
    return open_(::shm_attachment_attach, address_, options_);
  }

  /// The same, waiting up to so long for a segment that is not there yet; then SHM_NOT_FOUND.
  template <class Rep_, class Period_>
  static ::shm::result<Feed> attach_for(::std::chrono::duration<Rep_, Period_> time_, ::std::string_view address_ = {}) {
    ::shm_options options_ = ::shm_options();
    options_.wait_ns = ::shm::detail::nanoseconds(time_);
    return attach(address_, &options_);
  }

  /// Attaches to the segment for reading only.
  static ::shm::result<Feed> attach_read_only(::std::string_view address_ = {}, const ::shm_options *options_ = nullptr) {
    return open_(::shm_attachment_attach_read_only, address_, options_);
  }

  /// Attaches to the segment, or creates it if there is none.
  static ::shm::result<Feed> open_or_create(::std::string_view address_ = {}, const ::shm_options *options_ = nullptr) {
    return open_(::shm_attachment_open_or_create, address_, options_);
  }

  /// Where the segment is.
  ::std::string address() const { return ::shm_attachment_address(attachment_.get()); }

  /// A new descriptor of a segment in a memfd, to be handed to another process: by shm_send_descriptor, or to a child.
  ::shm::result<int> descriptor() const {
    int fd_ = -1;
    const ::shm_status status_ = ::shm_attachment_descriptor(attachment_.get(), &fd_);
    if (status_ != ::SHM_OK) {
      return status_;
    }
    return fd_;
  }

  /// What the system and the segment know of it.
  ::shm::result<::shm_attachment_facts> stat() const {
    ::shm_attachment_facts facts_;
    const ::shm_status status_ = ::shm_attachment_stat(attachment_.get(), &facts_);
    if (status_ != ::SHM_OK) {
      return status_;
    }
    return facts_;
  }

  /// Changes owner and permissions; UINT32_MAX keeps what is.
  [[nodiscard]] ::shm_status set(::std::uint32_t uid_, ::std::uint32_t gid_, ::std::uint32_t mode_) const {
    return ::shm_attachment_set(attachment_.get(), uid_, gid_, mode_);
  }

  /// Takes the segment's name away. Attached processes keep the memory.
  ::shm_status remove() { return ::shm_attachment_remove(attachment_.get()); }

  /// The same by address, without attaching.
  static ::shm_status remove(::std::string_view address_) {
    const ::shm::detail::address place_(address_);
    const ::shm_status status_ = place_.check();
    return status_ == ::SHM_OK ? ::golden_Feed_remove(place_.c_str()) : status_;
  }

 private:
  explicit Feed(::shm::detail::attachment given_) : attachment_(::std::move(given_)) {}

  static ::shm::result<Feed> open_(::shm_status (*how_)(::shm_attachment *, const ::shm_segment_spec *, const char *, const ::shm_options *),
                                 ::std::string_view address_, const ::shm_options *options_) {
    ::shm::detail::attachment made_ = ::shm::detail::make_attachment();
    const ::shm::detail::address place_(address_);
    ::shm_status status_ = place_.check();
    if (status_ == ::SHM_OK) {
      status_ = how_(made_.get(), &::golden_Feed_spec, place_.c_str(), options_);
    }
    if (status_ != ::SHM_OK) {
      return status_;
    }
    return Feed(::std::move(made_));
  }

  ::shm::detail::attachment attachment_;
};
// [7 lines as in ../empty/schema.hpp, with 7b8b1390]
