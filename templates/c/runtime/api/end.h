#if defined(__cplusplus)
} /* namespace */
} /* extern "C++" */
#endif

#endif /* SHM_RUNTIME_H */
