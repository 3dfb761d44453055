/*
 * Tests of shm_runtime.h, as C11 and up, and through runtime_test.cpp as C++11
 * and up. Real segments, real processes, real SIGKILL. Names on the command
 * line choose tests.
 */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* for these tests; the header needs nothing */
#endif

#include "support.h"

#include "segments.h"

#include "queues.h"

#include "bare.h"
#include "deaths.h"
#include "hostile.h"
#include "idfiles.h"
#include "memfds.h"
#include "waits.h"
#include "wakes.h"

#include "cells.h"

#include "streams.h"

#include "states.h"

typedef struct test {
  const char *name;
  void (*run)(void);
  const char *backends;
} test;

#define TEST(name, backends)                                                                                 \
  { #name, name, backends }

static const test tests[] = {
    TEST(create_then_attach, "posix sysv file"),
    TEST(exclusive_and_open_or_create, "posix sysv file"),
    TEST(the_mode_is_exact_whatever_the_umask, "posix sysv file"),
    TEST(a_mismatch_names_the_first_difference, "posix sysv file"),
    TEST(damaged_headers_are_refused, "posix sysv"),
    TEST(a_foreign_segment_is_refused_with_a_reason, "posix sysv file"),
    TEST(files_that_are_no_segments_are_refused, "posix"),
    TEST(an_owner_who_is_a_stranger_is_not_trusted, "posix sysv file"),
    TEST(a_full_table_names_the_holders, "posix sysv file"),
    TEST(a_read_only_attachment_has_no_role, "posix sysv file"),
    TEST(removing_leaves_a_successor_alone, "posix sysv file"),
    TEST(a_name_can_be_chosen_and_prefixed, "posix"),
    TEST(addresses_are_read_and_refused, "posix"),
    TEST(an_attachment_can_be_shared_and_moved, "posix sysv"),
    TEST(a_spec_that_does_not_fit_is_refused, "posix"),
    TEST(more_than_there_is_memory_is_an_error_of_create, "posix sysv file"),
    TEST(full_and_empty_at_every_capacity, "posix sysv file"),
    TEST(fewer_than_the_capacity_always_fit, "posix"),
    TEST(batches_go_round_the_end, "posix"),
    TEST(loans_are_filled_and_read_in_place, "posix"),
    TEST(waits_end_in_time, "posix"),
    TEST(two_processes_wake_each_other, "posix sysv file"),
    TEST(a_role_is_taken_once, "posix sysv file"),
    TEST(a_successor_finds_what_waits, "posix"),
    TEST(impossible_cursors_are_told, "posix"),
    TEST(unclaimed_and_wrong_handles_are_told, "posix"),
    TEST(a_removed_queue_is_drained_first, "posix sysv file"),
    TEST(a_poller_notices_a_removal_from_outside, "posix sysv file"),
    TEST(a_bare_segment_is_exactly_its_bytes, "posix sysv file"),
    TEST(a_bare_segment_is_opened_or_created, "posix sysv file"),
    TEST(attach_waits_for_a_segment, "posix sysv file"),
    TEST(a_segment_is_found_by_id_and_by_ftok, "sysv"),
    TEST(an_id_file_says_what_the_segment_is, "file"),
    TEST(what_is_no_id_file_is_refused, "file"),
    TEST(a_failed_announcement_leaves_no_segment, "file"),
    TEST(an_id_file_of_a_stranger_is_not_followed, "file"),
    TEST(a_memfd_is_made_found_and_told, "posix"),
    TEST(a_bare_memfd_is_its_bytes, "posix"),
    TEST(a_descriptor_is_handed_over_and_its_sender_may_die, "posix"),
    TEST(what_else_comes_over_a_socket_is_told, "posix"),
    TEST(what_is_not_sealed_or_no_memfd_is_refused, "posix"),
    TEST(a_removed_memfd_is_drained_and_not_attached_any_more, "posix"),
    TEST(a_segment_is_given_to_whom_it_is_said, "posix sysv file"),
    TEST(changing_a_segment_of_ours_changes_its_companion, "posix sysv file"),
    TEST(a_dead_consumer_s_messages_come_again, "posix sysv file"),
    TEST(what_may_have_been_seen_stays_suspect_through_three_lives, "posix sysv file"),
    TEST(what_a_dead_producer_had_not_committed_never_appears, "posix sysv"),
    TEST(the_dead_are_swept_by_whoever_looks, "posix sysv file"),
    TEST(nothing_is_lost_whoever_is_killed_when, "posix sysv"),
    TEST(a_forked_child_has_no_part, "posix sysv file"),
    TEST(what_a_dead_creator_left_is_cleared_away, "sysv"),
    TEST(waiters_sleep_whatever_stands_in_their_word, "posix sysv"),
    TEST(the_word_counts_wake_ups_and_only_a_wake_up_clears_it, "posix"),
    TEST(time_outs_shorter_than_the_spin_end_in_time, "posix"),
    TEST(a_slow_poller_notices_a_death_and_a_removal_within_a_second, "posix"),
    TEST(what_was_committed_before_a_removal_is_not_missed, "posix"),
    TEST(a_claim_ends_whoever_writes_the_word, "posix"),
    TEST(the_capacity_holds_along_its_bound, "posix"),
    TEST(a_busy_collector_is_waited_for, "posix"),
    TEST(who_runs_another_program_is_noticed_by_its_lock, "posix sysv"),
    TEST(many_others_are_watched_and_each_death_is_noticed, "posix sysv"),
    TEST(consumers_are_woken_by_every_push, "posix sysv"),
    TEST(producers_are_woken_by_every_pop, "posix"),
    TEST(who_comes_after_a_consumer_wakes_and_who_leaves_too, "posix"),
    TEST(a_sweep_wakes_who_sleeps, "posix"),
    TEST(wake_ups_come_at_once_without_barriers, "posix"),
    TEST(older_ones_sleep_and_wake_beside_those_of_this_version, "posix"),
    TEST(no_wake_up_is_lost_in_the_race_with_falling_asleep, "posix"),
    TEST(changed_bytes_are_survived_at_attach, "posix sysv"),
    TEST(changed_words_are_survived_in_use, "posix"),
    TEST(a_cell_holds_what_was_stored_last, "posix sysv"),
    TEST(cells_side_by_side_do_not_touch, "posix"),
    TEST(a_value_is_filled_in_place, "posix"),
    TEST(wrong_handles_of_cells_are_told, "posix"),
    TEST(whoever_may_only_read_loads_and_waits, "posix sysv"),
    TEST(who_stores_into_a_removed_segment_is_told, "posix sysv"),
    TEST(detaching_gives_up_the_writer_s_role, "posix sysv"),
    TEST(readers_are_woken_by_every_store, "posix sysv"),
    TEST(a_reader_that_is_overtaken_looks_again, "posix"),
    TEST(a_slot_that_is_begun_is_no_version_any_more, "posix"),
    TEST(readers_of_a_dead_writer_are_woken, "posix"),
    TEST(a_writer_that_dies_at_any_step_leaves_a_whole_value, "posix sysv"),
    TEST(no_value_is_torn_whoever_is_killed_when, "posix"),
    TEST(changed_words_of_cells_are_survived, "posix"),
    TEST(what_goes_into_a_stream_comes_out, "posix sysv"),
    TEST(a_stream_lends_what_is_in_it_and_what_is_not, "posix"),
    TEST(waits_of_streams_end_in_time, "posix"),
    TEST(the_roles_of_a_stream_are_taken_once_and_its_numbers_told, "posix"),
    TEST(wrong_handles_of_streams_are_told, "posix"),
    TEST(a_removed_stream_is_drained_first, "posix sysv"),
    TEST(detaching_gives_up_the_roles_of_a_stream, "posix"),
    TEST(readers_are_woken_by_every_write, "posix"),
    TEST(writers_are_woken_by_every_read, "posix"),
    TEST(a_writer_that_dies_leaves_all_of_a_write_or_nothing, "posix"),
    TEST(what_a_dead_reader_may_have_seen_comes_again_and_is_flagged, "posix sysv"),
    TEST(what_may_have_been_seen_of_a_stream_stays_suspect, "posix"),
    TEST(nothing_of_a_stream_is_lost_whoever_is_killed_when, "posix sysv"),
    TEST(changed_words_of_streams_are_survived, "posix"),
    TEST(a_state_is_changed_behind_its_lock, "posix"),
    TEST(wrong_handles_of_states_are_told, "posix"),
    TEST(waits_of_states_end_in_time_and_hold_the_lock, "posix"),
    TEST(a_load_that_is_overtaken_looks_again, "posix"),
    TEST(no_step_is_lost_between_processes, "posix sysv"),
    TEST(whoever_sleeps_for_a_lock_is_woken_by_its_end, "posix"),
    TEST(each_notification_wakes_one_and_all_wake_all, "posix"),
    TEST(what_a_dead_holder_had_not_published_did_not_happen, "posix sysv"),
    TEST(a_sweep_leaves_the_news_and_wakes, "posix"),
    TEST(a_notification_to_one_who_dies_reaches_the_others, "posix"),
    TEST(a_change_that_was_told_to_nobody_is_told_by_the_sweep, "posix"),
    TEST(a_state_is_whole_and_nobody_stuck_whoever_is_killed_when, "posix sysv"),
    TEST(changed_words_of_states_are_survived, "posix"),
};

static bool is_chosen(const char *name, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], name) == 0) {
      return true;
    }
  }
  return argc < 2;
}

int main(int argc, char **argv) {
  static const char *const backends[] = {"posix", "sysv", "file"};
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
    backend = backends[b];
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
      if (strstr(tests[i].backends, backend) != NULL && is_chosen(tests[i].name, argc, argv)) {
        uint64_t begin = now_ms();
        tests[i].run();
        printf("%-5s %s (%u ms)\n", backend, tests[i].name, SHM_CAST(unsigned, now_ms() - begin));
        fflush(stdout);
      }
    }
  }
  printf("ok, %d checks\n", checks_made);
  return 0;
}
