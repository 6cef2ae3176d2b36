/** What somebody wants to happen before and after jobs: files of one folder that are run, and addresses that are told. */
@NullMarked
package io.hubstorage.hooks;

import org.jspecify.annotations.NullMarked;
